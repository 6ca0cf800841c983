// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the kernel command line says about where root comes from, and over which interfaces:
// dracut.cmdline(7), initramfs-tools(7), the kernel's own nfsroot (admin-guide/nfs/nfsroot.rst).

#include "base/ip_address.hpp"
#include "base/mac_address.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst::facts {

struct BootWords {
  // root=, as it is; "" where there is none.
  std::string root;
  // Root, or what it is made from, comes over a network: "NFS", "iSCSI", "NVMe over Fabrics", ...
  // "" where no word says so.
  std::string network;
  // The image of root is fetched into memory. Afterwards nothing carries it.
  bool fetched = false;
  // The firmware's table of the boot is asked for: rd.iscsi.firmware, ip=ibft, rd.iscsi.ibft.
  bool ibft = false;
  // rd.nvmf.nonbft: the firmware's table of NVMe over Fabrics does not count.
  bool no_nbft = false;
  std::vector<IpAddress> servers;
  // Of ip= and bootdev=: stacked ones are replaced by what they are made of (bond=, team=, bridge=,
  // vlan=).
  std::vector<std::string> interfaces;
  // ifname=NAME:MAC, and a MAC that an ip= has.
  std::map<std::string, MacAddress> macs;
  // BOOTIF=
  std::optional<MacAddress> boot_nic;

  static BootWords of(std::string_view cmdline);
};

}  // namespace vfirst::facts
