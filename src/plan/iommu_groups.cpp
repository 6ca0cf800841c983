// SPDX-License-Identifier: GPL-2.0-or-later
// IOMMU groups: the kernel hands a device to a guest only with everything else in its group.
#include "base/driver_name.hpp"
#include "base/words.hpp"
#include "plan/draft.hpp"

#include <algorithm>

namespace vfirst {

namespace {

const IommuGroup* group_of(const Facts& facts, std::optional<unsigned> id) {
  if (!id) return nullptr;
  const auto found = std::ranges::find(facts.iommu.groups, *id, &IommuGroup::id);
  return found == facts.iommu.groups.end() ? nullptr : &*found;
}

// Others than the PF, its VFs and bridges.
void strangers(Draft& draft, const PciFunction& pf) {
  const auto* group = group_of(draft.facts, pf.iommu_group);
  if (!group) return;
  std::string others;
  std::vector<Subject> related;
  for (const auto& member : group->members) {
    const auto* f = draft.facts.function(member);
    const bool own =
        member == pf.address || (f && (f->physfn == pf.address || f->class_code >> 16 == 0x06));
    if (own) continue;
    append_to_list(others, member.str());
    related.push_back(Subject::device(member));
  }
  if (others.empty()) return;
  draft.add_finding(
      Severity::warning, "iommu-group-shared", Subject::device(pf.address),
      fmt::format(
          "{} shares IOMMU group {} with {}: without ACS above it, its VFs join that group "
          "and can only be assigned together",
          pf.address.str(), group->id, others),
      {}, std::move(related));
}

// The bridge without ACS that puts what is below it into its own group (drivers/iommu/iommu.c,
// pci_device_group). VFs that do not exist yet will be there, too.
std::optional<PciAddress> bridge_without_acs(const PciFunction& pf, const IommuGroup& group) {
  for (const auto& bridge : pf.bridges)
    if (std::ranges::find(group.members, bridge) != group.members.end()) return bridge;
  return std::nullopt;
}

bool has_vf_of(const Facts& facts, const PciFunction& pf, const IommuGroup& group) {
  return std::ranges::any_of(group.members, [&](const PciAddress& member) {
    const auto* f = facts.function(member);
    return f && f->physfn == pf.address;
  });
}

// These drivers leave a device's DMA to others (driver_managed_dma of struct pci_driver).
bool leaves_dma_to_guests(const PciFunction& pf) {
  return is_vfio_driver(pf.driver) || pf.driver == "pci-stub";
}

// The next boot's arguments may part the groups (pci=config_acs= of Linux 6.12; a patch of several
// distributions has pcie_acs_override=).
bool may_be_parted(const Draft& draft) {
  const auto asks = [](const CommandLine& line) {
    return std::ranges::any_of(line.args(), [](const KernelArg& arg) {
      return arg.is("pcie_acs_override") ||
             (arg.is("pci") && arg.value.value_or("").find("config_acs=") != std::string::npos);
    });
  };
  return asks(draft.next.line) && !asks(CommandLine::parse(draft.facts.boot.cmdline));
}

// A group goes to a guest only while no driver of the host's is bound to a member
// (drivers/iommu/iommu.c, iommu_group_claim_dma_owner), and the PF needs its own to have VFs.
void kept_by_pf(Draft& draft, const ChosenPf& chosen) {
  const auto& pf = *chosen.function;
  const auto* group = group_of(draft.facts, pf.iommu_group);
  if (!group || chosen.vfs == 0 || leaves_dma_to_guests(pf)) return;
  const auto guests = std::ranges::find_if(draft.plan.vfs, [&](const PlannedVf& vf) {
    return vf.pf == pf.address && vf.driver.is_vfio();
  });
  if (guests == draft.plan.vfs.end()) return;
  const auto bridge = bridge_without_acs(pf, *group);
  if (!bridge && !has_vf_of(draft.facts, pf, *group)) return;
  const bool parted = may_be_parted(draft);
  const bool required = value_or(chosen.section->required, true);
  draft.add_finding(
      required && !parted ? Severity::error : Severity::warning, "iommu-group-pf",
      Subject::device(pf.address),
      fmt::format(
          "{} and its VFs share IOMMU group {}{}: as long as {} is bound to the PF, the kernel "
          "gives no VF of it to a guest, even one that is bound to {}; {}",
          pf.address.str(), group->id,
          bridge ? fmt::format(", because {} above them has no ACS in use", bridge->str()) : "",
          pf.driver.empty() ? "its driver" : pf.driver, guests->driver.name(),
          parted ? "the arguments of the next boot may part the group"
                 : "turn ACS on in the BIOS setup, or use another slot"));
}

}  // namespace

void group_findings(Draft& draft) {
  for (const auto& pf : draft.pfs) {
    if (pf.vfs == 0) continue;
    strangers(draft, *pf.function);
    kept_by_pf(draft, pf);
  }
}

}  // namespace vfirst
