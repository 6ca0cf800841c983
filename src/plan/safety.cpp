// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/safety.hpp"

#include <algorithm>

namespace vfirst {

namespace {

std::string roles(const Facts& facts, const PciAddress& address) {
  std::string out;
  for (const auto& device : facts.critical)
    if (device.address == address) out += (out.empty() ? "" : ", ") + device.role;
  return out;
}

}  // namespace

std::optional<std::string> untouchable(const Facts& facts, const PciFunction& function, bool whole_group) {
  if (const auto role = roles(facts, function.address); !role.empty())
    return fmt::format("{} carries {}", function.address.str(), role);
  for (const auto& f : facts.pci)
    if (f.physfn == function.address)
      if (const auto role = roles(facts, f.address); !role.empty())
        return fmt::format("its VF {} carries {}", f.address.str(), role);
  if (!whole_group || !function.iommu_group) return std::nullopt;
  for (const auto& group : facts.iommu.groups) {
    if (group.id != *function.iommu_group) continue;
    for (const auto& member : group.members)
      if (const auto role = roles(facts, member); !role.empty()) {
        std::string all;
        for (const auto& one : group.members) all += (all.empty() ? "" : ", ") + one.str();
        return fmt::format("{} carries {} and shares IOMMU group {} with it (members: {})", member.str(), role, group.id, all);
      }
  }
  return std::nullopt;
}

}  // namespace vfirst
