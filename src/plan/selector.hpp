// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Which PCI functions a [pf] section selects. VFs and bridges never match.

#include "facts/facts.hpp"
#include "policy/policy.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vfirst {

bool matches(const PfSelector& selector, const PciFunction& function);

// Its own ports of which the section's keys mac, ifname and port are true, the lowest port number
// first; all of its own where the section has none of these keys.
std::vector<const NetPort*> ports_of(const PfSelector& selector, const PciFunction& function);

// Sorted by address. If the section has a `vfs` key and any match has an SR-IOV capability, only
// those that have one.
std::vector<const PciFunction*> matching(const PfPolicy& section, const Facts& facts);

// Functions that may match once a driver is bound: what is known about them matches, but the
// section asks for driver, mac, ifname or port. In the initramfs they are waited for, and the plan
// is made again.
std::vector<const PciFunction*> undecided(const PfPolicy& section, const Facts& facts);

// A port whose name is near to the section's `ifname`, of a function that all of its other keys
// match.
struct NearPort {
  std::string name;
  PciAddress function;
  // Its name is the one that the policy has, with the port's number behind it or without that: a
  // driver that begins to tell the number renames its ports so (systemd.net-naming-scheme(7)).
  bool renumbered = false;
};
// Nothing where the section names no single interface, or one that is there.
std::optional<NearPort> near_port(const PfPolicy& section, const Facts& facts);

}  // namespace vfirst
