// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The devices that the host itself needs, and those that would take one of them along.

#include "facts/facts.hpp"

#include <optional>
#include <string>

namespace vfirst {

// What the owner says of a function in its [pf] section.
struct Consent {
  // It may be touched although the host boots or routes through it (never although it carries a
  // filesystem).
  bool boot_nic = false;
  // It is not the unknown carrier of something that the host needs, nor is what shares its IOMMU
  // group.
  bool unknown_carrier = false;
};

// Why this function must not be touched, naming the device and its role; nothing where it may be.
// `whole_group`: its IOMMU group counts as well, because the VFs go to guests.
std::optional<std::string> untouchable(
    const Facts& facts, const PciFunction& function, bool whole_group, const Consent& consent);

}  // namespace vfirst
