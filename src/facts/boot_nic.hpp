// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The NIC that this machine was booted over: BOOTIF= on the kernel command line, where PXELINUX,
// GRUB and iPXE scripts put it.

#include "base/mac_address.hpp"
#include "base/pci_address.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

class Root;
namespace facts {
class PortMacs;
}

inline constexpr std::string_view kBootNicArgument = "BOOTIF";

struct BootNic {
  MacAddress mac;
  // Netdevs with this permanent address. Where none has it, those that use it: several where they
  // are stacked.
  std::vector<std::string> ports;
  // Where no netdev has this address yet: the NICs without a netdev, and those whose address
  // somebody changed while the permanent one is not shown. Each of them may be the one. Empty where
  // the tree shows no netdevs at all.
  std::vector<PciAddress> candidates;
};

// BOOTIF= as PXELINUX writes it, "01-52-54-00-12-34-56" with the hardware type first, or the plain
// address. The last BOOTIF= counts.
std::optional<MacAddress> boot_mac(std::string_view cmdline);
std::optional<BootNic> read_boot_nic(
    const Root& root, std::string_view cmdline, const facts::PortMacs& macs);

}  // namespace vfirst
