// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Names in procfs, sysfs and devtmpfs that more than one file uses, below a root.

#include "base/pci_address.hpp"

#include <fmt/format.h>
#include <string>
#include <string_view>

namespace vfirst::kernel_paths {

inline constexpr std::string_view kCommandLine = "proc/cmdline";
inline constexpr std::string_view kDefaultIrqAffinity = "proc/irq/default_smp_affinity";
inline constexpr std::string_view kMemory = "proc/meminfo";
inline constexpr std::string_view kRelease = "proc/sys/kernel/osrelease";
inline constexpr std::string_view kWatchdog = "proc/sys/kernel/watchdog";
inline constexpr std::string_view kHardWatchdog = "proc/sys/kernel/nmi_watchdog";
inline constexpr std::string_view kFreePageStructs = "proc/sys/vm/hugetlb_optimize_vmemmap";
inline constexpr std::string_view kWorkCpus = "sys/devices/virtual/workqueue/cpumask";
inline constexpr std::string_view kCpus = "sys/devices/system/cpu";
inline constexpr std::string_view kIsolatedCpus = "sys/devices/system/cpu/isolated";
inline constexpr std::string_view kTicklessCpus = "sys/devices/system/cpu/nohz_full";
inline constexpr std::string_view kIdleDriver = "sys/devices/system/cpu/cpuidle/current_driver";
inline constexpr std::string_view kCrashKernelBytes = "sys/kernel/kexec_crash_size";
inline constexpr std::string_view kFirmware = "sys/firmware";
inline constexpr std::string_view kEfi = "sys/firmware/efi";
inline constexpr std::string_view kAcpiTables = "sys/firmware/acpi/tables";
inline constexpr std::string_view kIommuUnits = "sys/class/iommu";
inline constexpr std::string_view kIommuGroups = "sys/kernel/iommu_groups";
inline constexpr std::string_view kPciFunctions = "sys/bus/pci/devices";
inline constexpr std::string_view kNetworkPorts = "sys/class/net";
inline constexpr std::string_view kBlockDevices = "sys/class/block";
inline constexpr std::string_view kCgroups = "sys/fs/cgroup";
inline constexpr std::string_view kLog = "dev/kmsg";

// "sys/bus/pci/devices/0000:3b:00.0/driver"; without an attribute, the function's folder.
inline std::string pci_function(const PciAddress& address, std::string_view attribute = {}) {
  return fmt::format(
      "{}/{}{}{}", kPciFunctions, address.str(), attribute.empty() ? "" : "/", attribute);
}
inline std::string network_port(std::string_view name) {
  return fmt::format("{}/{}", kNetworkPorts, name);
}
// A disk or a partition.
inline std::string block_device(std::string_view name, std::string_view attribute = {}) {
  return fmt::format("{}/{}{}{}", kBlockDevices, name, attribute.empty() ? "" : "/", attribute);
}
// `name` as the kernel spells it: with '_'.
inline std::string loaded_module(std::string_view name) {
  return fmt::format("sys/module/{}", name);
}
inline std::string module_parameter(std::string_view module, std::string_view parameter) {
  return fmt::format("sys/module/{}/parameters/{}", module, parameter);
}

}  // namespace vfirst::kernel_paths
