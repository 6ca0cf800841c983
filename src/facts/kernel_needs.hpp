// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a plan asks of a kernel: the configuration options that decide whether an argument has an
// effect, and the modules that VFs for guests need.

#include <string_view>

namespace vfirst::facts {

inline constexpr std::string_view kConfigOptions[] = {
    "CONFIG_NO_HZ_FULL",
    "CONFIG_CPU_ISOLATION",
    "CONFIG_RCU_NOCB_CPU",
    "CONFIG_HUGETLB_PAGE",
    "CONFIG_HUGETLBFS",
    "CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP",
    "CONFIG_CMA",
    "CONFIG_TRANSPARENT_HUGEPAGE",
    "CONFIG_INTEL_IOMMU",
    "CONFIG_INTEL_IOMMU_DEFAULT_ON",
    "CONFIG_INTEL_IOMMU_DEFAULT_ON_INTGPU_OFF",
    "CONFIG_AMD_IOMMU",
    "CONFIG_ARM_SMMU_V3",
    "CONFIG_IOMMU_DEFAULT_PASSTHROUGH",
    "CONFIG_IRQ_REMAP",
    "CONFIG_VFIO",
    "CONFIG_VFIO_PCI",
    "CONFIG_PCI_IOV",
    "CONFIG_NR_CPUS",
    "CONFIG_CMDLINE",
    "CONFIG_CMDLINE_BOOL",
    "CONFIG_CMDLINE_OVERRIDE",
    "CONFIG_CPU_IDLE",
    "CONFIG_INTEL_IDLE",
    "CONFIG_CPU_FREQ_GOV_PERFORMANCE",
    "CONFIG_CPU_FREQ_GOV_POWERSAVE",
    "CONFIG_CPU_FREQ_GOV_SCHEDUTIL",
    "CONFIG_ARM64_4K_PAGES",
    "CONFIG_ARM64_16K_PAGES",
    "CONFIG_ARM64_64K_PAGES",
};

inline constexpr std::string_view kModules[] = {"vfio-pci", "vfio_iommu_type1", "vfio"};

}  // namespace vfirst::facts
