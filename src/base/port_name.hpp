// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the kernel's name of a port, phys_port_name, says about it.

#include <string_view>

namespace vfirst {

// Whether it names a function in the embedded switch: "pf0vf3", "c1pf0sf88", "pf1". A port of the
// device itself is named "p0" or "p0s1", or has no such name (net/devlink/port.c,
// __devlink_port_phys_port_name_get; drivers without devlink use the same names).
constexpr bool is_representor_name(std::string_view name) {
  // One part: `head` and a number. The number is taken away with it.
  const auto take = [&](std::string_view head) {
    if (!name.starts_with(head)) return false;
    const auto end = name.find_first_not_of("0123456789", head.size());
    if (end == head.size() || name.size() == head.size()) return false;
    name.remove_prefix(end == name.npos ? name.size() : end);
    return true;
  };
  // "c1": the number of another host's controller.
  if (name.starts_with('c') && !take("c")) return false;
  if (!take("pf")) return false;
  return name.empty() || ((take("vf") || take("sf")) && name.empty());
}

}  // namespace vfirst
