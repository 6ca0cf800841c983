// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/quirks.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "policy/vf_driver.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>

namespace vfirst {

namespace {
using Knob = DriverQuirk::Knob;
using Eswitch = DriverQuirk::Eswitch;

constexpr std::string_view kVfReset = "its VFs are in reset for a while after they are created";
constexpr std::string_view kLargeBars =
    "its VFs have large BARs: turn MMIO above 4G on in the BIOS setup";

// Sources are functions of the kernel unless said.
// - up_before_vfs: bnxt_sriov_configure() warns "Reject SRIOV config request since if is down!" and
//   returns 0 (systemd#40739).
// - up_before_mac: VFs of igb and ixgbe that are probed under a PF that is down take a random MAC
//   although the PF set one (measured in QEMU, igb); i40e answers "VF xx still in reset"
//   (ethernet-linux-i40e#4).
// - vf_msix: mlx5_core and ice implement sriov_set_msix_vec_count(); igb does not (measured:
//   EOPNOTSUPP).
// - managed_irqs: nvme_setup_irqs() asks for PCI_IRQ_AFFINITY (measured: EPERM).
// - eswitch: ice_eswitch_mode_set() answers EOPNOTSUPP while VFs exist ("Changing eswitch mode is
//   allowed only if there is no VFs created"). bnxt_dl_eswitch_mode_set() answered EPERM while none
//   existed ("Enable VFs before setting switchdev mode") until Linux 6.4, and takes the mode after
//   the VFs in every version. mlx5: sriov-network-operator makes the VFs, waits for their links,
//   unbinds them and then sets the mode (setEswitchModeAndNumVFsMlx); its PR 1017 tried the other
//   order and was closed, PR 1019 found that the wait was what mlx5 needed. The devlink_ops of i40e
//   (i40e_devlink.c) and ixgbe have no eswitch_mode_set, and igb has no devlink.
// - survives_kexec: the driver has a shutdown method in mainline. Seen in QEMU (tests/vm/kexec):
// igb
//   and nvme. mlx5_core works since its shutdown method of Linux 4.4 and the firmware of that time
//   (op-build#538, op-build#781; NVIDIA documents it for "shutdown and kexec flows"). i915 is known
//   not to survive (onedr0p/home-ops#8568). bnxt_en is unknown.
constexpr auto kQuirks = std::to_array<DriverQuirk>({
    {
        .driver = "igb",
        .vf_driver = "igbvf",
        .vendor = 0x8086,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
        .survives_kexec = true,
        .total_vfs = "the driver",
    },
    {
        .driver = "ixgbe",
        .vf_driver = "ixgbevf",
        .vendor = 0x8086,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
        .survives_kexec = true,
        .total_vfs = "the driver",
    },
    {
        .driver = "i40e",
        .vf_driver = "iavf",
        .vendor = 0x8086,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::none,
        .survives_kexec = true,
        .total_vfs = "the card's NVM, 32 to 64 a port",
        .if_no_vfs = "it may be busy creating or removing VFs",
        .if_refused = kVfReset,
    },
    {
        .driver = "ice",
        .vf_driver = "iavf",
        .vendor = 0x8086,
        .up_before_mac = true,
        .vf_msix = Knob::yes,
        .eswitch = Eswitch::before_vfs,
        .survives_kexec = true,
        .total_vfs = "the card's NVM or devlink",
        .if_no_vfs = "without its DDP firmware file it starts in Safe Mode, which has no SR-IOV",
        .if_refused = kVfReset,
    },
    {
        .driver = "mlx5_core",
        .vf_driver = "mlx5_core",
        .vendor = 0x15b3,
        .vf_msix = Knob::yes,
        .eswitch = Eswitch::after_vfs,
        .survives_kexec = true,
        .total_vfs = "the card's firmware: mlxconfig, SRIOV_EN and NUM_OF_VFS",
    },
    {
        .driver = "bnxt_en",
        .vf_driver = "bnxt_en",
        .vendor = 0x14e4,
        .up_before_vfs = true,
        .up_before_mac = true,
        .vf_msix = Knob::no,
        .eswitch = Eswitch::after_vfs,
        .total_vfs = "the card's NVM",
        .if_no_vfs = "it creates none while its port is down, while its firmware resets or while a "
                     "guest has one",
    },
    {.driver = "sfc", .vf_driver = "sfc", .vendor = 0x1924, .up_before_mac = true},
    {.driver = "qede", .vf_driver = "qede", .vendor = 0x1077, .up_before_mac = true},
    {.driver = "cxgb4", .vf_driver = "cxgb4vf", .vendor = 0x1425, .up_before_mac = true},
    {.driver = "hinic", .vf_driver = "hinic", .vendor = 0x19e5, .up_before_mac = true},
    {
        .driver = "hns3",
        .vf_driver = "hns3",
        .companions = "hclge hclgevf",
        .vendor = 0x19e5,
        .up_before_mac = true,
    },
    {
        .driver = "nvme",
        .vf_driver = "nvme",
        .pci_class = 0x0108,
        .managed_irqs = true,
        .eswitch = Eswitch::none,
        .survives_kexec = true,
        .total_vfs = "the controller",
        .if_refused = "the controller must assign queues to its VFs before they come online: see "
                      "nvme virt-mgmt",
    },
    {.driver = "qat_c62x", .vf_driver = "qat_c62xvf", .vendor = 0x8086, .eswitch = Eswitch::none},
    {.driver = "qat_4xxx", .vf_driver = "", .vendor = 0x8086, .eswitch = Eswitch::none},
    {
        .driver = "i915",
        .vf_driver = "i915",
        .vendor = 0x8086,
        .eswitch = Eswitch::none,
        .in_initramfs = false,
        .total_vfs = "the driver's parameter max_vfs",
        .if_no_vfs = kLargeBars,
    },
    {
        .driver = "xe",
        .vf_driver = "xe",
        .vendor = 0x8086,
        .eswitch = Eswitch::none,
        .in_initramfs = false,
        .total_vfs = "the driver's parameter max_vfs",
        .if_no_vfs = kLargeBars,
    },
});

// Does the row speak of this device, by its driver or by its vendor?
bool concerns(const DriverQuirk& quirk, std::string_view driver, std::uint16_t vendor) {
  return quirk.driver == driver || (quirk.vendor != 0 && quirk.vendor == vendor);
}

}  // namespace

std::span<const DriverQuirk> driver_quirks() {
  return kQuirks;
}

const DriverQuirk* quirk_of_driver(std::string_view driver) {
  const auto found = std::ranges::find(kQuirks, driver, &DriverQuirk::driver);
  return found == kQuirks.end() ? nullptr : &*found;
}

bool up_before_vfs(std::string_view driver, std::uint16_t vendor) {
  return std::ranges::any_of(kQuirks, [&](const DriverQuirk& quirk) {
    return quirk.up_before_vfs && concerns(quirk, driver, vendor);
  });
}

bool up_before_mac(std::string_view driver, std::uint16_t vendor) {
  const auto mine = [&](const DriverQuirk& quirk) { return concerns(quirk, driver, vendor); };
  return std::ranges::none_of(kQuirks, mine) ||
         std::ranges::any_of(
             kQuirks, [&](const DriverQuirk& quirk) { return mine(quirk) && quirk.up_before_mac; });
}

bool managed_irqs(std::string_view driver, std::uint32_t class_code) {
  return std::ranges::any_of(kQuirks, [&](const DriverQuirk& quirk) {
    return quirk.managed_irqs &&
           (quirk.driver == driver || (quirk.pci_class != 0 && quirk.pci_class == class_code >> 8));
  });
}

bool eswitch_before_vfs(std::string_view driver, std::uint16_t vendor) {
  if (const auto* quirk = quirk_of_driver(driver))
    if (quirk->eswitch == Eswitch::before_vfs || quirk->eswitch == Eswitch::after_vfs)
      return quirk->eswitch == Eswitch::before_vfs;
  return std::ranges::none_of(kQuirks, [&](const DriverQuirk& quirk) {
    return quirk.eswitch == Eswitch::after_vfs && quirk.vendor == vendor;
  });
}

bool lacks_eswitch(std::string_view driver) {
  const auto* quirk = quirk_of_driver(driver);
  return quirk && quirk->eswitch == Eswitch::none;
}

std::vector<std::string> early_drivers(std::string_view kind) {
  std::vector<std::string> out;
  const auto add = [&](std::string_view names) {
    for (const auto name : words(names))
      if (std::ranges::find(out, name) == out.end()) out.emplace_back(name);
  };
  if (kind == "vfio") {
    for (const auto& driver : vfio_drivers())
      if (const auto* pf = quirk_of_driver(driver.pf_driver); !pf || pf->in_initramfs)
        add(driver.name);
    add("vfio_iommu_type1 irqbypass");
  }
  for (const auto& quirk : kQuirks) {
    if (!quirk.in_initramfs) continue;
    if (kind == "pf") add(quirk.driver), add(quirk.companions);
    if (kind == "vf" && quirk.vf_driver != quirk.driver) add(quirk.vf_driver);
  }
  return out;
}

std::string early_drivers() {
  std::string out;
  for (const auto* kind : {"vfio", "pf", "vf"})
    out += fmt::format("{} {}\n", kind, joined(early_drivers(kind), " "));
  return out;
}

}  // namespace vfirst
