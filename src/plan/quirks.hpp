// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What PF drivers need that no specification says, one row a driver. This table, with its two parts
// driver_errnos.hpp and coalescing_quirks.hpp, is the only home of such a fact, and of the list of
// drivers that an initramfs needs. A row is looked up by the name of the driver or, where no driver
// is bound yet, by the vendor or the class of the device: so the plan is the same before and after
// the driver came.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// As the lower half of DriverQuirk::pci_class.
inline constexpr std::uint16_t kAnySub = 0xff;

// A value that a row does not set is the one for a driver that nobody has examined.
struct DriverQuirk {
  // pci_driver.name, which the driver's folder in sysfs has.
  std::string_view driver{};
  // Its module, where that has another name; "" where it has the same.
  std::string_view module{};
  // The driver of its VFs on the host; "" where the kernel has none.
  std::string_view vf_driver{};
  // That one's module, where it has another name.
  std::string_view vf_module{};
  // Further modules without which it creates no VFs, separated by blanks.
  std::string_view companions{};
  // For a port in InfiniBand mode: the modules that make its network interface, through which its
  // VFs get their GUIDs, separated by blanks; "" where it takes none in this way.
  std::string_view infiniband{};
  // PCI vendor of its devices; 0 where they have one class and any vendor.
  std::uint16_t vendor = 0;
  // PCI class and subclass of its devices where that decides and not the vendor; else 0. kAnySub as
  // the subclass: every one of that class.
  std::uint16_t pci_class = 0;
  // Beside `vendor` and `pci_class`: the first two digits of the device IDs that decide, separated
  // by blanks; "": each does.
  std::string_view device_groups{};
  // It accepts a write to numvfs and makes no VF while the PF is down.
  bool up_before_vfs = false;
  // A MAC address that the PF sets for a VF is lost, or refused, while the PF is down.
  bool up_before_mac = false;
  // Does its port have settings for the VFs (net_device_ops, ndo_set_vf_mac and the like)? Without
  // them the kernel answers EOPNOTSUPP to each.
  bool vf_settings = true;
  // Does it have the attribute sriov_vf_msix_count (pci_driver.sriov_set_msix_vec_count)?
  enum class Knob { yes, no, unknown } vf_msix = Knob::unknown;
  // The kernel places its interrupts, and a write to smp_affinity gives EPERM.
  bool managed_irqs = false;
  // When its embedded switch changes its mode: only while there is no VF, or only once all VFs
  // exist. none: it has only the legacy mode.
  enum class Eswitch { unknown, none, before_vfs, after_vfs } eswitch = Eswitch::unknown;
  // It has a shutdown method that stops the DMA and the interrupts of its device before a kexec.
  bool survives_kexec = false;
  // How its VFs come about: as many as are written to sriov_numvfs; all that the device has,
  // whatever number is written; by a parameter of a module; or by no driver that the kernel has.
  enum class Creation {
    by_number,
    all_or_none,
    by_parameter,
    by_other_means
  } creation = Creation::by_number;
  // For by_parameter: the kernel arguments, of which one must be there, separated by blanks; and
  // the value of the first; "" stands for the number of VFs.
  std::string_view parameter{}, parameter_value{};
  // What to do where the driver makes no VFs, for by_parameter in place of the usual sentence.
  // {vfs} stands for the number of VFs, {total} for all that there are, {pf} for the address and
  // {device} for the device ID.
  std::string_view way_out{};
  // What to do where it offers no VF at all (sriov_totalvfs is 0), likewise.
  std::string_view offers_none{};
  // Its VFs stay with it: it gives them to guests itself, and no vfio driver can.
  bool keeps_vfs = false;
  // It makes no VFs without an IOMMU, in some kernels.
  bool needs_iommu = false;
  // It makes no VFs unless it found its firmware package when it started (facts/firmware.hpp).
  bool needs_package = false;
  // Its VFs are in vfio-pci's denylist (vfio_pci.c, vfio_pci_dev_in_denylist).
  bool vfio_denied = false;
  // Its VFs have no queues and no interrupts, and are offline, until the PF hands them out (the
  // command Virtualization Management of NVMe).
  bool secondary_controllers = false;
  // Its module goes into the initramfs, so that its VFs exist before the real root.
  bool in_initramfs = true;
  // Who sets TotalVFs, and the tool that changes it; "" where that is not known.
  std::string_view total_vfs{};
};

std::span<const DriverQuirk> driver_quirks();
// nullptr where the table has none.
const DriverQuirk* quirk_of_driver(std::string_view driver);
// The driver's row or, where none is bound yet, a row for the class of the device: what rows of one
// class have in common holds then, but not the driver's name. `class_code`: all 24 bits. nullptr
// where the table has none.
const DriverQuirk* quirk_of_device(
    std::string_view driver, std::uint16_t vendor, std::uint16_t device, std::uint32_t class_code);

// Must such a PF hand out queues to its VFs, whatever driver it has? `class_code`: all 24 bits.
bool has_secondary_controllers(std::string_view driver, std::uint32_t class_code);

// Must the port be up before VFs are made? True for every device of a vendor whose drivers need it.
bool up_before_vfs(std::string_view driver, std::uint16_t vendor);
// Must it be up before MAC addresses of VFs are set? False only for a vendor whose drivers are all
// known not to need it.
bool up_before_mac(std::string_view driver, std::uint16_t vendor);
// Does the kernel itself place the interrupts of such a device? `class_code`: all 24 bits.
bool managed_irqs(std::string_view driver, std::uint32_t class_code);
// May the embedded switch change its mode only while there is no VF? If not: only once they all
// exist, and before they have drivers. True for a driver that is not in the table, which loses
// nothing: a mode that is set while there is no VF disturbs none.
bool eswitch_before_vfs(std::string_view driver, std::uint16_t vendor);
// The modules that make the network interface of an InfiniBand port, through which VFs get their
// GUIDs, separated by blanks; "" where the driver takes none in this way. Of a device without a
// driver, what one of its vendor's drivers needs.
std::string_view infiniband_modules(std::string_view driver, std::uint16_t vendor);
// Is the driver known to have only the legacy mode?
bool lacks_eswitch(std::string_view driver);
// Is the driver known to have no settings for its VFs?
bool lacks_vf_settings(std::string_view driver);

// The modules that early boot needs in an initramfs, a line a kind: "vfio", "pf" or "vf", then
// their names, separated by blanks. The build writes this text to /usr/share/vfirst/early-drivers,
// which the initramfs generators read: they run where the program may not.
std::string early_drivers();
// The names of one kind in that text.
std::vector<std::string> early_drivers(std::string_view kind);

}  // namespace vfirst
