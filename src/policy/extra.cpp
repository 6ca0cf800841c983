// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/extra.hpp"

#include "kargs/command_line.hpp"

#include <algorithm>

namespace vfirst {

namespace {

struct Managed {
  std::string_view key, instead;
};

constexpr std::string_view kIsolate =
    "write 'isolate' and 'reserved...' in [cpu]; the CPU lists are computed";
constexpr std::string_view kPages = "write 'size' and 'per-node' in [hugepages]";
constexpr std::string_view kIommuIsAKey = "write 'mode' in [iommu]";
constexpr std::string_view kCstate = "write 'max-cstate' in [power]";
constexpr std::string_view kIsTheLoaders = "it belongs in the boot loader's own configuration";

constexpr Managed kManaged[] = {
    {"isolcpus", kIsolate},
    {"nohz_full", kIsolate},
    {"rcu_nocbs", kIsolate},
    {"irqaffinity", kIsolate},
    {"hugepages", kPages},
    {"hugepagesz", kPages},
    {"default_hugepagesz", kPages},
    {"intel_iommu", kIommuIsAKey},
    {"iommu", kIommuIsAKey},
    {"iommu.passthrough", kIommuIsAKey},
    {"intel_idle.max_cstate", kCstate},
    {"processor.max_cstate", kCstate},
    {"mitigations", "write the key 'mitigations' in [kernel]"},
    {"vfio_pci.ids",
     "it takes every device with that ID; write 'vf-driver = vfio-pci' in [pf NAME]"},
    {"extra", "'extra' is the name of this key"},
    {"root", kIsTheLoaders},
    {"initrd", kIsTheLoaders},
    {"BOOT_IMAGE", kIsTheLoaders},
};

}  // namespace

Status check_extra(std::string_view arguments) {
  const auto line = CommandLine::parse(arguments);
  if (!line.init_part().empty()) return refuse("the kernel passes everything after '--' to init");
  for (const auto& arg : line.args()) {
    if (std::count(arg.raw.begin(), arg.raw.end(), '"') % 2 != 0)
      return refuse("{} has no closing double quote", arg.raw);
    if (arg.key.empty() || std::string_view("=;#").find(arg.key.front()) != std::string_view::npos)
      return refuse("'{}' has no name", arg.raw);
    // parse_amd_iommu_options() in drivers/iommu/amd/init.c says "Unknown option - 'on'". The IOMMU
    // is on if there is an IVRS table.
    if (arg.is("amd_iommu") && (arg.value == "on" || arg.value == "off"))
      return refuse(
          "{} does not belong here: {}", arg.raw,
          arg.value == "on" ? "the kernel does not know this value; the AMD IOMMU is on by default"
                            : kIommuIsAKey);
    for (const auto& [key, instead] : kManaged)
      if (arg.is(key)) return refuse("{} does not belong here: {}", arg.raw, instead);
  }
  return {};
}

}  // namespace vfirst
