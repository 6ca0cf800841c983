// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Lists and numbers as they stand in a sentence.

#include <fmt/format.h>
#include <functional>
#include <ranges>
#include <string>
#include <string_view>

namespace vfirst {

// The items, or what `text` makes of each, with `between` between them.
template <std::ranges::input_range List, class Text = std::identity>
std::string joined(const List& items, std::string_view between = ", ", Text text = {}) {
  std::string out;
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += between;
    first = false;
    out += std::invoke(text, item);
  }
  return out;
}

// Appends to a list whose items are known one after the other.
inline void append_to_list(
    std::string& list, std::string_view item, std::string_view between = ", ") {
  if (!list.empty()) list += between;
  list += item;
}

// "a", "a and b", "a, b and c". `word` may be "or".
template <std::ranges::forward_range List, class Text = std::identity>
std::string joined_with(std::string_view word, const List& items, Text text = {}) {
  std::string out;
  const auto count = std::ranges::distance(items);
  std::ranges::range_difference_t<List> at = 0;
  for (const auto& item : items) {
    if (at > 0) out += at + 1 == count ? fmt::format(" {} ", word) : ", ";
    out += std::invoke(text, item);
    ++at;
  }
  return out;
}

// "1 core", "2 cores". `one` is a noun that takes an s.
template <class Number>
std::string plural(Number number, std::string_view one) {
  return fmt::format("{} {}{}", number, one, number == 1 ? "" : "s");
}

// "1 entry", "2 entries".
template <class Number>
std::string plural(Number number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

}  // namespace vfirst
