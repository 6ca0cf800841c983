// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/safety.hpp"

#include "base/words.hpp"

#include <algorithm>

namespace vfirst {

namespace {

bool network(const CriticalDevice& device) {
  return device.role == kDefaultRoute || device.role.starts_with(kNetworkBoot);
}

std::string roles(const Facts& facts, const PciAddress& address, bool allow_boot_nic) {
  std::string out;
  for (const auto& device : facts.critical)
    if (device.address == address && !(allow_boot_nic && network(device)))
      append_to_list(out, device.role);
  return out;
}

}  // namespace

std::optional<std::string> untouchable(
    const Facts& facts, const PciFunction& function, bool whole_group, bool allow_boot_nic) {
  if (const auto role = roles(facts, function.address, allow_boot_nic); !role.empty()) {
    const bool permitted = roles(facts, function.address, true).empty();
    return fmt::format(
        "{} carries {}{}", function.address.str(), role,
        permitted ? "; allow-boot-nic = yes permits it" : "");
  }
  for (const auto& f : facts.pci)
    if (f.physfn == function.address)
      if (const auto role = roles(facts, f.address, allow_boot_nic); !role.empty())
        return fmt::format("its VF {} carries {}", f.address.str(), role);
  if (!whole_group || !function.iommu_group) return std::nullopt;
  for (const auto& group : facts.iommu.groups) {
    if (group.id != *function.iommu_group) continue;
    for (const auto& member : group.members)
      if (const auto role = roles(facts, member, allow_boot_nic && member == function.address);
          !role.empty()) {
        return fmt::format(
            "{} carries {} and shares IOMMU group {} with it (members: {})", member.str(), role,
            group.id, joined(group.members, ", ", &PciAddress::str));
      }
  }
  return std::nullopt;
}

}  // namespace vfirst
