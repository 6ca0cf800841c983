// SPDX-License-Identifier: GPL-2.0-or-later
// Linked in place of src/base/sentence.cpp: every text for people is garbled. What still passes
// does not depend on any of them.
#include "base/sentence.hpp"

#include <algorithm>

namespace vfirst {

// A prefix, against a comparison of the whole and of the beginning; no blank, colon or letter as it
// was, against a search for a part and a split at one; a count, against a join of two sentences
// that say the same.
std::string sentence(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    if (c == ' ') return '_';
    if (c == ':') return '=';
    if (c >= 'a' && c <= 'z') return static_cast<char>(c == 'z' ? 'a' : c + 1);
    return c;
  });
  static std::size_t count = 0;
  return "garbled<" + std::to_string(count++) + text + ">";
}

}  // namespace vfirst
