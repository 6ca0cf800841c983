// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The running kernel's routes, of every table, with every next hop.

#include "base/ip_address.hpp"
#include "base/result.hpp"

#include <string>
#include <vector>

namespace vfirst {

struct KernelRoute {
  IpAddress destination;
  // In bits; 0: a default route.
  unsigned prefix = 0;
  unsigned table = 0;
  // An address of this host itself.
  bool local = false;
  std::string interface;
  auto operator<=>(const KernelRoute&) const = default;
};

struct KernelRoutes {
  std::vector<KernelRoute> routes;
  // The tables that a rule names. A table of a VRF is in none: the kernel finds it by the VRF
  // device.
  std::vector<unsigned> rule_tables;
};

// The default routes, and those that contain one of `addresses`. A route with several next hops is
// there once for each.
Result<KernelRoutes> kernel_routes(const std::vector<IpAddress>& addresses);

}  // namespace vfirst
