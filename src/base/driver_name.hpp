// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The names of kernel drivers and modules.

#include <string>
#include <string_view>

namespace vfirst {

// A module is called the same with '-' and with '_' (modprobe(8)). Its file and its driver often
// use one each: the driver xe-vfio-pci is in the module xe_vfio_pci.
std::string module_name(std::string_view name);
bool same_driver_name(std::string_view a, std::string_view b);

// True for vfio-pci and for every variant driver, in either spelling: the word "vfio" stands
// between '-' or '_', or at an end of the name. A device on such a driver belongs to a guest: it
// has an IOMMU group, and no network interface or disk on the host.
bool is_vfio_driver(std::string_view name);

}  // namespace vfirst
