// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Which PCI functions a [pf] section means. VFs never match, bridges neither.

#include "facts/facts.hpp"
#include "policy/policy.hpp"

#include <vector>

namespace vfirst {

bool matches(const PfSelector& selector, const PciFunction& function);

// By address. A section with a `vfs` key means functions with an SR-IOV capability where any that
// match have one.
std::vector<const PciFunction*> matching(const PfPolicy& section, const Facts& facts);

// Functions that could match once their driver is there: everything that is known of them fits, but
// the section asks for driver, mac, ifname or port, and no driver is bound yet. In the initramfs
// this says "wait, and plan again".
std::vector<const PciFunction*> undecided(const PfPolicy& section, const Facts& facts);

}  // namespace vfirst
