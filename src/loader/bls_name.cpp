// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/bls_name.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace vfirst {

namespace {

std::optional<unsigned> counter(std::string_view text) {
  if (text.empty() || text.size() > 9) return std::nullopt;
  const auto number = parse_number(text);
  return number ? std::optional(static_cast<unsigned>(*number)) : std::nullopt;
}

}  // namespace

std::optional<BlsName> BlsName::parse(std::string_view file, std::string_view end) {
  // systemd-boot passes over hidden files and the names of the entries that it makes itself
  // (boot.c).
  if (!lowered(file).ends_with(end) || file.size() == end.size() || file.starts_with('.') ||
      file.starts_with("auto-"))
    return std::nullopt;
  if (file.find('/') != file.npos) return std::nullopt;
  BlsName name;
  name.end = file.substr(file.size() - end.size());
  file.remove_suffix(end.size());
  const auto plus = file.rfind('+');
  if (plus != file.npos && plus > 0) {
    const auto numbers = file.substr(plus + 1);
    const auto dash = numbers.find('-');
    name.left = counter(numbers.substr(0, dash));
    if (dash != numbers.npos) name.done = counter(numbers.substr(dash + 1));
    // Anything else behind the plus is part of the name: "6.1.0+deb13.conf".
    if (!name.left || (dash != numbers.npos && !name.done)) name.left = name.done = std::nullopt;
  }
  name.id = name.left ? file.substr(0, plus) : file;
  return name;
}

std::string BlsName::file() const {
  std::string name = id;
  if (left) name += fmt::format("+{}", *left);
  if (left && done) name += fmt::format("-{}", *done);
  return name + end;
}

}  // namespace vfirst
