// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/version_order.hpp"

#include <algorithm>

namespace vfirst {

int compare_versions(std::string_view a, std::string_view b) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto valid = [&](char c) {
    return digit(c) || letter(c) || std::string_view("~-^.").find(c) != std::string_view::npos;
  };
  const auto head = [](std::string_view text) { return text.empty() ? '\0' : text.front(); };
  for (;;) {
    while (!a.empty() && !valid(a.front()))
      a.remove_prefix(1);
    while (!b.empty() && !valid(b.front()))
      b.remove_prefix(1);
    // '~' is older than the end, the end than '-', then '^', then '.'; each of these only where one
    // of the two has it, and several where they follow one another.
    for (const char mark : {'~', '\0', '-', '^', '.'}) {
      if (mark == '\0') {
        if (a.empty() || b.empty())
          return static_cast<int>(!a.empty()) - static_cast<int>(!b.empty());
        continue;
      }
      if (head(a) != mark && head(b) != mark) continue;
      if (head(a) != head(b)) return head(a) == mark ? -1 : 1;
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
    if (digit(head(a)) || digit(head(b))) {
      // A number is newer than none, 0 too.
      if (digit(head(a)) != digit(head(b))) return digit(head(a)) ? 1 : -1;
      const auto take = [&](std::string_view& text) {
        while (head(text) == '0')
          text.remove_prefix(1);
        std::size_t size = 0;
        while (size < text.size() && digit(text[size]))
          ++size;
        const auto out = text.substr(0, size);
        text.remove_prefix(size);
        return out;
      };
      const auto x = take(a), y = take(b);
      if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
      if (const int order = x.compare(y); order != 0) return order;
    } else {
      const auto take = [&](std::string_view& text) {
        std::size_t size = 0;
        while (size < text.size() && letter(text[size]))
          ++size;
        const auto out = text.substr(0, size);
        text.remove_prefix(size);
        return out;
      };
      const auto x = take(a), y = take(b);
      if (const int order = x.compare(y); order != 0) return order;
    }
  }
}

}  // namespace vfirst
