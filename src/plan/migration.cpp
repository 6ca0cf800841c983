// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/migration.hpp"

#include "base/driver_name.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>

namespace vfirst {

namespace {

// The VF IDs are those of the drivers' tables of PCI IDs (PCI_DRIVER_OVERRIDE_DEVICE_VFIO); the
// IDs of PCI_DEVICE_ID_HUAWEI_*_VF are in linux/pci_ids.h, those of xe in drm/intel/pciids.h.
// pre_copy is VFIO_MIGRATION_PRE_COPY among the migration_flags that the function of `source` sets.
// - mlx5: VF 101e is that of ConnectX-6 Dx, ConnectX-6 Lx and later and of BlueField-2 and later.
//   NVIDIA documents mlxconfig's VF_MIGRATION_MODE, and the port function's `migratable` in
//   switchdev mode (devlink-port(8)), which must be set before the VF has a driver.
// - virtio: migration came with Linux 6.13; until then the driver gives only legacy I/O.
constexpr auto kDrivers = std::to_array<MigratingDriver>({
    {
        .name = "mlx5_vfio_pci",
        .devices = "ConnectX-6 Dx and later",
        .vendor = 0x15b3,
        .vfs = {{0x101e, 0x101e}},
        .condition = "the card's firmware allows it: mlxconfig, VF_MIGRATION_MODE, or in switchdev "
                     "mode the port function's migratable, set before the VF has a driver",
        .source = "drivers/vfio/pci/mlx5/cmd.c, mlx5vf_cmd_set_migratable()",
    },
    {
        .name = "hisi_acc_vfio_pci",
        .devices = "HiSilicon SEC, HPRE and ZIP accelerators",
        .vendor = 0x19e5,
        .vfs = {{0xa251, 0xa251}, {0xa256, 0xa256}, {0xa259, 0xa259}},
        .condition = "the PF is on its own driver and its queue manager has version 3 or a later "
                     "one",
        .source = "drivers/vfio/pci/hisilicon/hisi_acc_vfio_pci.c, hisi_acc_vfio_pci_probe()",
    },
    {
        .name = "pds_vfio_pci",
        .devices = "AMD Pensando DSC Ethernet",
        .vendor = 0x1dd8,
        .vfs = {{0x1003, 0x1003}},
        .condition = "the card's firmware offers live migration",
        .pre_copy = false,
        .source = "drivers/vfio/pci/pds/vfio_dev.c, pds_vfio_init_device()",
    },
    {
        .name = "qat_vfio_pci",
        .devices = "QAT 4xxx, 401xx, 402xx and 6xxx",
        .vendor = 0x8086,
        .vfs = {{0x4941, 0x4941}, {0x4943, 0x4945}, {0x4949, 0x4949}},
        .source = "drivers/vfio/pci/qat/main.c, qat_vf_pci_init_dev()",
    },
    {
        .name = "virtio_vfio_pci",
        .devices = "virtio network and block devices",
        .vendor = 0x1af4,
        .vfs = {{0x1041, 0x1042}},
        .since = {6, 13},
        .condition = "the PF has virtio's administration commands for device parts, and QEMU uses "
                     "iommufd on an IOMMU that tracks dirty pages",
        .source = "drivers/vfio/pci/virtio/main.c, virtiovf_pci_probe()",
    },
    {
        .name = "xe-vfio-pci",
        .devices = "Intel graphics of Panther Lake, Wildcat Lake and Battlemage",
        .vendor = 0x8086,
        .vfs = {{0xb080, 0xb0bf}, {0xfd80, 0xfd81}, {0xe202, 0xe223}},
        .condition = "the PF is on xe with GuC firmware 70.54 or later",
        .pre_copy = false,
        .source = "drivers/vfio/pci/xe/main.c, xe_vfio_pci_migration_init()",
    },
});

// Drivers of mainline that set no migration_flags: vfio_pci.c, nvgrace-gpu/main.c, ism/main.c.
constexpr std::array<std::string_view, 3> kNever = {
    kVfioPci, "nvgrace_gpu_vfio_pci", "ism_vfio_pci"};

bool knows(const MigratingDriver& driver, std::uint16_t vendor, std::uint16_t device) {
  return driver.vendor == vendor &&
         std::ranges::any_of(driver.vfs, [&](const MigratingDriver::Ids& ids) {
           return ids.last && ids.first <= device && device <= ids.last;
         });
}

// The target kernel's own index says that the driver is for these VFs: of a later kernel than this
// table.
bool listed(const VfDriver& driver, const PciFunction& pf, const Kernel& kernel) {
  const auto modules = kernel.vfio_modules.find(pf.address.str());
  return modules != kernel.vfio_modules.end() &&
         std::ranges::any_of(modules->second, [&](const std::string& module) {
           return same_driver_name(module, driver.name());
         });
}

// A distribution's kernel may have carried a feature back.
bool surely_older(const Kernel& kernel, const KernelVersion& since) {
  return kernel.version.known() && kernel.version < since &&
         kernel.release.find(".el") == std::string::npos;
}

Migration no(std::string reason, std::string_view source = {}) {
  return {CanMigrate::no, std::move(reason), std::string(source)};
}

Migration judge(const MigratingDriver& row, std::string_view further_condition = {}) {
  std::string reason(further_condition);
  if (!reason.empty() && !row.condition.empty()) reason += " and ";
  reason += row.condition;
  const auto verdict = reason.empty() ? CanMigrate::yes : CanMigrate::conditional;
  if (!row.pre_copy)
    reason += "; it has no pre-copy, so the guest stands still while the VF's state is copied";
  return {verdict, std::move(reason), std::string(row.source)};
}

}  // namespace

std::string_view verdict_name(CanMigrate verdict) {
  switch (verdict) {
    case CanMigrate::yes: return "can";
    case CanMigrate::conditional: return "can-if";
    case CanMigrate::no: return "cannot";
    case CanMigrate::not_judged: break;
  }
  return "not-judged";
}

std::span<const MigratingDriver> migrating_drivers() {
  return kDrivers;
}

std::optional<Migration> migration_of(
    const VfDriver& driver, const PciFunction& pf, const Kernel& kernel) {
  if (!driver.is_vfio()) return std::nullopt;
  const auto device = pf.sriov ? pf.sriov->vf_device : std::uint16_t{0};
  const auto ids = fmt::format("{:04x}:{:04x}", pf.vendor, device);
  const auto mine = std::ranges::find_if(
      kDrivers, [&](const MigratingDriver& row) { return knows(row, pf.vendor, device); });
  const bool migrates = mine != kDrivers.end();

  if (!driver.is_known() && migrates)
    return judge(*mine, fmt::format("the kernel has {}", mine->name));
  if (!driver.is_known() || driver.name() == kVfioPci) {
    if (device == 0)
      return Migration{CanMigrate::not_judged, "the device ID of its VFs is not known here", {}};
    if (!migrates) return no(fmt::format("no vfio driver of mainline Linux migrates VFs {}", ids));
    if (driver.is_best())
      return no(
          fmt::format("kernel {} has no {}, which migrates them", kernel.release, mine->name),
          mine->source);
    return no(
        fmt::format(
            "it has no live migration; vf-driver = vfio takes {} where the kernel has it",
            mine->name),
        mine->source);
  }
  if (std::ranges::find(kNever, driver.name()) != kNever.end())
    return no("it has no live migration");
  const auto row = std::ranges::find(kDrivers, driver.name(), &MigratingDriver::name);
  if (row == kDrivers.end())
    return Migration{
        CanMigrate::not_judged, "vfirst does not know whether this driver has live migration", {}};
  if (device && row != mine && !listed(driver, pf, kernel))
    return no(fmt::format("it migrates {}, and these VFs are {}", row->devices, ids), row->source);
  if (surely_older(kernel, row->since))
    return no(
        fmt::format(
            "it migrates from Linux {}.{} on, and the kernel is {}", row->since.major,
            row->since.minor, kernel.release),
        row->source);
  return judge(*row);
}

}  // namespace vfirst
