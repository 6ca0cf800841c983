// SPDX-License-Identifier: GPL-2.0-or-later
// IOMMU: the firmware's tables, the units that the kernel drives, groups.
// ABI/testing/sysfs-kernel-iommu_groups.
#include "base/kernel_paths.hpp"
#include "facts/iort.hpp"
#include "facts/readers.hpp"

#include <algorithm>

namespace vfirst::facts {

IommuFacts read_iommu(const Root& root, Gaps& gaps) {
  IommuFacts iommu;
  if (const auto tables = root.list(kernel_paths::kAcpiTables)) {
    const auto has = [&](std::string_view name) {
      return std::find(tables->begin(), tables->end(), name) != tables->end();
    };
    iommu.tables_known = true;
    iommu.dmar = has("DMAR");
    iommu.ivrs = has("IVRS");
    iommu.iort = has("IORT") && has_smmu(root);
  } else {
    gaps.push_back(
        "sys/firmware/acpi/tables: not shown, whether firmware describes an IOMMU is not known");
  }
  iommu.units = root.list(kernel_paths::kIommuUnits).value_or(std::vector<std::string>{});
  for (auto id : numbered(root, kernel_paths::kIommuGroups, "")) {
    IommuGroup group;
    group.id = id;
    const auto dir = fmt::format("{}/{}", kernel_paths::kIommuGroups, id);
    group.type = text_of(root, dir + "/type");
    const auto members = root.list(dir + "/devices");
    if (members)
      for (const auto& member : *members)
        if (const auto address = PciAddress::parse(member)) group.members.push_back(*address);
    std::sort(group.members.begin(), group.members.end());
    iommu.groups.push_back(std::move(group));
  }
  return iommu;
}

}  // namespace vfirst::facts
