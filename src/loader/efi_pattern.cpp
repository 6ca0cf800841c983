// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/efi_pattern.hpp"

#include <optional>

namespace vfirst {

namespace {

// One character of a pattern, which a backslash may stand before; nothing at its end.
std::optional<char> take(std::string_view& pattern) {
  if (pattern.starts_with('\\')) pattern.remove_prefix(1);
  if (pattern.empty()) return std::nullopt;
  const char c = pattern.front();
  pattern.remove_prefix(1);
  return c;
}

// The pattern stands behind a '['. Takes the set, and says whether the character is in it; false
// where the set has no end. A ']' that comes first belongs to the set.
bool in_set(std::string_view& pattern, char c) {
  bool found = false, can_range = false;
  char before = 0;
  for (bool first = true;; first = false) {
    if (pattern.empty()) return false;
    if (pattern.front() == ']' && !first) break;
    // A '-' that comes first or last belongs to the set, and so does one right behind a range.
    if (pattern.front() == '-' && can_range && pattern.size() > 1 && pattern[1] != ']') {
      pattern.remove_prefix(1);
      const auto high = take(pattern);
      if (!high) return false;
      found = found || (before <= c && c <= *high);
      can_range = false;
      continue;
    }
    const auto one = take(pattern);
    if (!one) return false;
    found = found || *one == c;
    before = *one;
    can_range = true;
  }
  pattern.remove_prefix(1);
  return found;
}

// The pattern's front, which is no '*', against one character; takes it.
bool matches_one(std::string_view& pattern, char c) {
  const bool plain = pattern.front() != '?' && pattern.front() != '[';
  if (plain) return take(pattern) == c;
  const bool set = pattern.front() == '[';
  pattern.remove_prefix(1);
  return !set || in_set(pattern, c);
}

}  // namespace

bool efi_pattern_matches(std::string_view pattern, std::string_view text) {
  // Behind the last '*', and where it was tried last.
  std::optional<std::string_view> again;
  std::string_view from;
  for (;;) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      again = pattern;
      from = text;
      continue;
    }
    if (pattern.empty() && text.empty()) return true;
    if (!pattern.empty() && !text.empty() && matches_one(pattern, text.front())) {
      text.remove_prefix(1);
      continue;
    }
    if (!again || from.empty()) return false;
    from.remove_prefix(1);
    pattern = *again;
    text = from;
  }
}

}  // namespace vfirst
