// SPDX-License-Identifier: GPL-2.0-or-later
#include "export/name.hpp"

#include <algorithm>

namespace vfirst {

namespace {

bool letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool made_of(std::string_view text, std::string_view signs) {
  return std::ranges::all_of(
      text, [&](char c) { return letter_or_digit(c) || signs.find(c) != signs.npos; });
}

}  // namespace

bool is_node_name(std::string_view name) {
  return !name.empty() && letter_or_digit(name.front()) && made_of(name, "._:-");
}

Status check_file_name(std::string_view option, std::string_view name) {
  if (!name.starts_with('-') && made_of(name, "._:/@%+=,~()[]?&-")) return {};
  return refuse(
      "{} '{}': a file name may only have letters, digits and . _ : / @ % + = , ~ ( ) [ ] ? & -, "
      "and must not begin with -",
      option, name);
}

}  // namespace vfirst
