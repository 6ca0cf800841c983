// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/driver_name.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace vfirst {

std::string module_name(std::string_view name) {
  std::string out(name);
  std::ranges::replace(out, '-', '_');
  return out;
}

bool same_driver_name(std::string_view a, std::string_view b) {
  const auto fold = [](char c) { return c == '-' ? '_' : c; };
  return std::ranges::equal(a, b, {}, fold, fold);
}

bool is_vfio_driver(std::string_view name) {
  const auto folded = module_name(name);
  const auto parts = split(folded, '_');
  return std::ranges::find(parts, std::string_view("vfio")) != parts.end();
}

}  // namespace vfirst
