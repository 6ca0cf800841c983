// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/quirks.hpp"

#include <algorithm>
#include <array>

namespace vfirst {

namespace {
using Knob = DriverQuirk::Knob;
using Eswitch = DriverQuirk::Eswitch;
// Sources: bnxt_sriov_configure() ("Reject SRIOV config request since if is down!", yet returns 0;
// systemd#40739); igb and ixgbe VFs probed under a PF that is down take a random MAC although an
// admin MAC is set (measured, QEMU igb); i40e "VF xx still in reset" (ethernet-linux-i40e#4);
// mlx5_core and ice implement sriov_set_msix_vec_count, igb does not (measured: EOPNOTSUPP); NVMe
// queues use managed interrupts (measured: EPERM); sriov-network-operator's
// setEswitchModeAndNumVFsMlx and ...Ice for the order of eswitch mode and VFs (its PR 1019: the
// wait for the links was what mlx5 needed), and older kernels' bnxt_dl_eswitch_mode_set() ("Enable
// VFs before setting switchdev mode").
constexpr std::array kQuirks = {
    DriverQuirk{
        "mlx5_core", "mlx5_core", 0x15b3, false, false, Knob::yes, false, Eswitch::after_vfs,
        "the card's firmware: mlxconfig, SRIOV_EN and NUM_OF_VFS", "", ""},
    DriverQuirk{
        "ice", "iavf", 0x8086, false, true, Knob::yes, false, Eswitch::before_vfs,
        "the card's NVM or devlink",
        "without its DDP firmware file it starts in Safe Mode, which has no SR-IOV",
        "its VFs are in reset for a while after they are made"},
    DriverQuirk{
        "i40e", "iavf", 0x8086, false, true, Knob::no, false, Eswitch::none,
        "the card's NVM, 32 to 64 a port", "it may be busy with VFs that come and go",
        "its VFs are in reset for a while after they are made"},
    DriverQuirk{
        "ixgbe", "ixgbevf", 0x8086, false, true, Knob::no, false, Eswitch::none, "the driver", "",
        ""},
    DriverQuirk{
        "igb", "igbvf", 0x8086, false, true, Knob::no, false, Eswitch::none, "the driver", "", ""},
    DriverQuirk{
        "bnxt_en", "bnxt_en", 0x14e4, true, true, Knob::no, false, Eswitch::after_vfs,
        "the card's NVM",
        "it makes none while its port is down, while its firmware resets or while a guest has one",
        ""},
    DriverQuirk{
        "nvme", "nvme", 0, false, false, Knob::unknown, true, Eswitch::none, "the controller", "",
        "the controller has to give its VFs queues before they come online: nvme virt-mgmt"},
    DriverQuirk{
        "i915", "i915", 0x8086, false, false, Knob::unknown, false, Eswitch::none,
        "the driver's parameter max_vfs",
        "its VFs' BARs are large: MMIO above 4G has to be on in the BIOS setup", ""},
    DriverQuirk{
        "xe", "xe", 0x8086, false, false, Knob::unknown, false, Eswitch::none,
        "the driver's parameter max_vfs",
        "its VFs' BARs are large: MMIO above 4G has to be on in the BIOS setup", ""},
};
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
    return quirk.up_before_vfs &&
           (quirk.driver == driver || (quirk.vendor != 0 && quirk.vendor == vendor));
  });
}

bool up_before_mac(std::string_view driver, std::uint16_t vendor) {
  const auto mine = [&](const DriverQuirk& quirk) {
    return quirk.driver == driver || (quirk.vendor != 0 && quirk.vendor == vendor);
  };
  return std::ranges::none_of(kQuirks, mine) ||
         std::ranges::any_of(
             kQuirks, [&](const DriverQuirk& quirk) { return mine(quirk) && quirk.up_before_mac; });
}

}  // namespace vfirst
