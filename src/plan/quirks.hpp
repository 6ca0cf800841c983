// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What PF drivers need that no specification says, as a table. Looked up by the driver's name, or,
// where no driver is bound yet, by the vendor, so that the plan is the same before and after the
// driver came.

#include <cstdint>
#include <span>
#include <string_view>

namespace vfirst {

struct DriverQuirk {
  std::string_view driver, vf_driver;
  std::uint16_t vendor;
  // numvfs is accepted and makes no VF while the PF is down
  bool up_before_vfs;
  // an admin MAC is lost, or refused, while the PF is down
  bool up_before_mac;
  // sriov_vf_msix_count
  enum class Knob { yes, no, unknown } vf_msix;
  // smp_affinity answers EPERM: the kernel places them itself
  bool managed_irqs;
  // When switchdev mode is set: while there is no VF, or once all have their virtfn and physfn
  // links. none: it has only legacy.
  enum class Eswitch { none, before_vfs, after_vfs } eswitch;
  // who sets TotalVFs, and the tool that changes it
  std::string_view total_vfs;
  // what to look at when no VFs come, or fewer; "" for nothing
  std::string_view if_no_vfs;
  // ... when a VF's setting or driver is refused
  std::string_view if_refused;
};

std::span<const DriverQuirk> driver_quirks();
// nullptr where the table has none
const DriverQuirk* quirk_of_driver(std::string_view driver);

// Must the netdev be up before VFs are made? True for every function of a vendor whose drivers need
// it.
bool up_before_vfs(std::string_view driver, std::uint16_t vendor);
// ... before their MAC addresses are set? False only for a vendor whose drivers are all known not
// to need it.
bool up_before_mac(std::string_view driver, std::uint16_t vendor);

}  // namespace vfirst
