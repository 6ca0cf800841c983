// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The devices that the host itself needs, and those that would take one of them along.

#include "facts/facts.hpp"

#include <optional>
#include <string>

namespace vfirst {

// Why this function must not be touched, naming the device and its role; nothing where it may be.
// `whole_group`: its IOMMU group counts as well, because the VFs go to guests. `allow_boot_nic`:
// the policy says that this function may be touched although the host boots or routes through it
// (never although it carries a filesystem).
std::optional<std::string> untouchable(
    const Facts& facts, const PciFunction& function, bool whole_group, bool allow_boot_nic);

}  // namespace vfirst
