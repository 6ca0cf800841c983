// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/module_values.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// A number with a sign in base 10, 16 (0x) or 8 (0), as kstrtoll() with base 0 reads it.
std::optional<std::pair<bool, std::uint64_t>> number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X"))
    base = 16, text.remove_prefix(2);
  else if (text.size() > 1 && text.starts_with('0'))
    base = 8, text.remove_prefix(1);
  const auto value = parse_number(text, base);
  if (!value) return std::nullopt;
  return std::pair(negative && *value, *value);
}

bool same_item(std::string_view asked, std::string_view shown) {
  if (asked == shown) return true;
  if (shown == "Y" || shown == "N") return module_truth(asked) == (shown == "Y");
  const auto left = number(asked), right = number(shown);
  return left && right && *left == *right;
}

}  // namespace

std::string module_file_name(std::string_view name) {
  std::string out(name);
  std::ranges::replace(out, '-', '_');
  return out;
}

std::optional<bool> module_truth(std::string_view text) {
  const auto small = lowered(text);
  if (small.empty()) return std::nullopt;
  if (small[0] == 'y' || small[0] == 't' || small[0] == '1' || small.starts_with("on")) return true;
  if (small[0] == 'n' || small[0] == 'f' || small[0] == '0' || small.starts_with("of"))
    return false;
  return std::nullopt;
}

bool module_value_shown(std::string_view asked, std::string_view shown) {
  asked = trimmed(asked), shown = trimmed(shown);
  if (same_item(asked, shown)) return true;
  const auto wanted = split(asked, ','), got = split(shown, ',');
  // An array shows as many items as were given; further ones may have defaults.
  return wanted.size() > 1 && got.size() >= wanted.size() &&
         std::equal(wanted.begin(), wanted.end(), got.begin(), same_item);
}

}  // namespace vfirst
