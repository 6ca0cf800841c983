// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/quirks.hpp"

#include <algorithm>
#include <array>

namespace vfirst {

namespace {
using Knob = DriverQuirk::Knob;
// Sources: bnxt_sriov_configure() ("Reject SRIOV config request since if is down!", yet returns 0; systemd#40739); igb and
// ixgbe VFs probed under a PF that is down take a random MAC although an admin MAC is set (measured, QEMU igb); i40e
// "VF xx still in reset" (ethernet-linux-i40e#4); mlx5_core and ice implement sriov_set_msix_vec_count, igb does not
// (measured: EOPNOTSUPP); NVMe queues use managed interrupts (measured: EPERM).
constexpr std::array kQuirks = {
    DriverQuirk{"mlx5_core", "mlx5_core", 0x15b3, false, false, Knob::yes, false, "the card's firmware (mlxconfig NUM_OF_VFS, SRIOV_EN)",
                "DPDK guests need no vfio-pci: the driver is bifurcated"},
    DriverQuirk{"ice", "iavf", 0x8086, false, true, Knob::yes, false, "the NVM or devlink", "without its DDP firmware file it starts in Safe Mode and has no SR-IOV"},
    DriverQuirk{"i40e", "iavf", 0x8086, false, true, Knob::no, false, "the NVM, 32 to 64 a port", "VFs are in reset for a while; attributes are tried again"},
    DriverQuirk{"ixgbe", "ixgbevf", 0x8086, false, true, Knob::no, false, "the hardware: 63", "rates need a link"},
    DriverQuirk{"igb", "igbvf", 0x8086, false, true, Knob::no, false, "the driver: 7", "rates need a link"},
    DriverQuirk{"bnxt_en", "bnxt_en", 0x14e4, true, true, Knob::no, false, "the NVM", "reports success and makes no VF while the port is down"},
    DriverQuirk{"nvme", "nvme", 0, false, false, Knob::unknown, true, "the controller", "VFs need resources assigned by the controller before they come online"},
    DriverQuirk{"i915", "i915", 0x8086, false, false, Knob::unknown, false, "the driver's max_vfs parameter", "VF BARs are large: MMIO above 4G has to be on in the BIOS setup"},
    DriverQuirk{"xe", "xe", 0x8086, false, false, Knob::unknown, false, "the driver's max_vfs parameter", "VF BARs are large: MMIO above 4G has to be on in the BIOS setup"},
};
}  // namespace

std::span<const DriverQuirk> driver_quirks() { return kQuirks; }

const DriverQuirk* quirk_of_driver(std::string_view driver) {
  const auto found = std::ranges::find(kQuirks, driver, &DriverQuirk::driver);
  return found == kQuirks.end() ? nullptr : &*found;
}

bool up_before_vfs(std::string_view driver, std::uint16_t vendor) {
  return std::ranges::any_of(kQuirks, [&](const DriverQuirk& quirk) { return quirk.up_before_vfs && (quirk.driver == driver || (quirk.vendor != 0 && quirk.vendor == vendor)); });
}

}  // namespace vfirst
