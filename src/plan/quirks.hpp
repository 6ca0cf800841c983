// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What PF drivers need that no specification says, as a table. Looked up by the driver's name, or, where no driver is
// bound yet, by the vendor, so that the plan is the same before and after the driver came.

#include <cstdint>
#include <span>
#include <string_view>

namespace vfirst {

struct DriverQuirk {
  std::string_view driver, vf_driver;
  std::uint16_t vendor;
  bool up_before_vfs;                                            // numvfs is accepted and makes no VF while the PF is down
  bool up_before_mac;                                            // an admin MAC is lost, or refused, while the PF is down
  enum class Knob { yes, no, unknown } vf_msix;                  // sriov_vf_msix_count
  bool managed_irqs;                                             // smp_affinity answers EPERM: the kernel places them itself
  std::string_view total_vfs;                                    // where TotalVFs comes from, for the user
  std::string_view note;
};

std::span<const DriverQuirk> driver_quirks();
const DriverQuirk* quirk_of_driver(std::string_view driver);     // nullptr where the table has none

// Must the netdev be up before VFs are made? True for every function of a vendor whose drivers need it.
bool up_before_vfs(std::string_view driver, std::uint16_t vendor);

}  // namespace vfirst
