// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/safety.hpp"

#include "base/words.hpp"

#include <algorithm>

namespace vfirst {

namespace {

constexpr Consent kAll{.boot_nic = true, .unknown_carrier = true};

bool network(const CriticalDevice& device) {
  return device.role == kDefaultRoute || device.role.starts_with(kNetworkBoot);
}

bool permitted(const CriticalDevice& device, const Consent& consent) {
  return (consent.boot_nic && network(device)) || (consent.unknown_carrier && device.perhaps);
}

// "carries root filesystem, swap; may carry /boot".
std::string roles(const Facts& facts, const PciAddress& address, const Consent& consent) {
  std::string sure, perhaps;
  for (const auto& device : facts.critical)
    if (device.address == address && !permitted(device, consent))
      append_to_list(device.perhaps && !network(device) ? perhaps : sure, device.role);
  std::string out;
  if (!sure.empty()) out = "carries " + sure;
  if (!perhaps.empty()) append_to_list(out, "may carry " + perhaps, "; ");
  return out;
}

std::string unknown_roles(const Facts& facts, const PciFunction& function, const Consent& consent) {
  std::string out;
  if (consent.unknown_carrier || function.is_vf()) return out;
  for (const auto& carrier : facts.unknown_carriers)
    if (carrier.may_be(function))
      append_to_list(out, fmt::format("{} ({})", carrier.role, carrier.what));
  return out.empty() ? out : "may carry " + out;
}

// The key that would permit it; "" where none does.
std::string remedy(const Facts& facts, const PciFunction& function) {
  const auto left = [&](const Consent& consent) {
    return !roles(facts, function.address, consent).empty() ||
           !unknown_roles(facts, function, consent).empty();
  };
  if (left(kAll)) return {};
  if (!left({.boot_nic = true, .unknown_carrier = false}))
    return "; allow-boot-nic = yes permits it";
  if (!left({.boot_nic = false, .unknown_carrier = true}))
    return "; allow-unknown-carrier = yes permits it, if you know that it does not";
  return "; allow-boot-nic = yes and allow-unknown-carrier = yes permit it, if you know that it "
         "carries no filesystem";
}

// Why this IOMMU group must not go to guests for `function`, of which `whose` is the member.
std::optional<std::string> group_needs(
    const Facts& facts, const PciFunction& function, unsigned id, std::string_view whose,
    const Consent& consent) {
  for (const auto& group : facts.iommu.groups) {
    if (group.id != id) continue;
    for (const auto& member : group.members) {
      const auto* other = facts.function(member);
      const bool own = member == function.address || (other && other->physfn == function.address);
      const Consent here{
          .boot_nic = consent.boot_nic && own, .unknown_carrier = consent.unknown_carrier};
      auto role = roles(facts, member, here);
      if (const auto unknown = other ? unknown_roles(facts, *other, here) : std::string();
          !unknown.empty())
        append_to_list(role, unknown, "; ");
      if (!role.empty())
        return fmt::format(
            "{} {} and shares IOMMU group {} with {} (members: {})", member.str(), role, group.id,
            whose, joined(group.members, ", ", &PciAddress::str));
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> untouchable(
    const Facts& facts, const PciFunction& function, bool whole_group, const Consent& consent) {
  auto why = roles(facts, function.address, consent);
  if (const auto unknown = unknown_roles(facts, function, consent); !unknown.empty())
    append_to_list(why, unknown, "; ");
  if (!why.empty())
    return fmt::format("{} {}{}", function.address.str(), why, remedy(facts, function));
  for (const auto& f : facts.pci)
    if (f.physfn == function.address)
      if (const auto role = roles(facts, f.address, consent); !role.empty())
        return fmt::format("its VF {} {}", f.address.str(), role);
  if (!whole_group) return std::nullopt;
  if (function.iommu_group)
    if (const auto why_not = group_needs(facts, function, *function.iommu_group, "it", consent))
      return why_not;
  // A VF that exists already may be in another group than its PF.
  for (const auto& f : facts.pci)
    if (f.physfn == function.address && f.iommu_group && f.iommu_group != function.iommu_group)
      if (const auto why_not = group_needs(
              facts, function, *f.iommu_group, fmt::format("its VF {}", f.address.str()), consent))
        return why_not;
  return std::nullopt;
}

}  // namespace vfirst
