// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What other tools' configuration says about VFs, drivers, interrupts and CPUs, as it is written
// there.
// Whether that fights a plan is plan/neighbours.cpp's to say.

#include <string>
#include <vector>

namespace vfirst {

// One condition on a device, as its tool spells the patterns (globs); one of them must hold, or
// with `negated` none may.
struct DeviceMatch {
  enum class Kind {
    name,
    original_name,
    mac,
    path,
    driver,
    pci,
    vendor,
    device,
    other
  } kind = Kind::other;
  // Other: "" ; it may hold or not.
  std::vector<std::string> patterns;
  bool negated = false;
  bool operator==(const DeviceMatch&) const = default;
};

struct Neighbour {
  enum class Tool {
    link,
    network_manager,
    netplan,
    driverctl,
    udev,
    modprobe,
    irqbalance,
    // systemd-networkd's .network files
    networkd,
    // units of the administrator's own, and rc.local
    unit,
    interfaces,
    sysfs_conf,
    os_net_config,
    tuned,
    // Those that say which CPUs others may use.
    systemd,
    cgroup,
    nova,
    kubelet,
    libvirt
  } tool = Tool::link;
  // Below the root: "etc/systemd/network/10-vf.link".
  std::string file;
  // 0: the file as a whole.
  unsigned line = 0;
  // "" : a .link file that says nothing of this, but ends udev's search.
  std::string key, value;
  // .link and .network files: which of them, in their tool's order.
  unsigned rank = 0;
  // All must hold; empty: any device.
  std::vector<DeviceMatch> match;
  bool operator==(const Neighbour&) const = default;
};

}  // namespace vfirst
