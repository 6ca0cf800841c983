// SPDX-License-Identifier: GPL-2.0-or-later
// Block devices: what is below a disk, a partition, a device of the device mapper, a loop device.
#include "facts/carriers.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "facts/readers.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {

using Reach = UnknownCarrier::Reach;

bool is_numbered(std::string_view name, std::string_view head) {
  return name.starts_with(head) && name.size() > head.size() &&
         name.find_first_not_of("0123456789", head.size()) == name.npos;
}

// "/LiveOS/squashfs.img": the file was on a mount that is no longer there, so the kernel shows its
// path without one.
bool hidden(const Root& root, std::string_view file) {
  return !file.starts_with('/') || file.ends_with(" (deleted)") || !root.exists(file.substr(1));
}

}  // namespace

void Carriers::block(const std::string& name) {
  // Stacks share members.
  if (!seen_.insert(name).second) return;
  const auto target = root_.link(kernel_paths::block_device(name));
  if (!target) {
    // A tree that shows no block devices at all is no evidence.
    if (root_.exists(kernel_paths::kBlockDevices))
      unknown(Reach::any, fmt::format("{}: sysfs does not show where it is", name));
    return;
  }
  if (functions(*target)) return;
  const auto slaves = list(kernel_paths::block_device(name, "slaves"));
  for (const auto& slave : slaves)
    block(slave);
  const auto parts = split(*target, '/');
  bool network = false;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    // A partition of a virtual disk: the disk is the component before it. Namespaces of one NVMe
    // subsystem: its controllers.
    if (parts[i] == "block" && i + 2 < parts.size()) return block(std::string(parts[i + 1]));
    if (is_numbered(parts[i], "nvme-subsys")) return nvme_subsystem(parts[i]);
    if (parts[i] == "nvme-fabrics" && i + 2 < parts.size())
      return nvme_controller(std::string(parts[i + 2]), *target);
    if (parts[i].starts_with("session") && i > 0) {
      iscsi(*target, parts[i - 1], parts[i]);
      network = true;
    }
    // FCoE on a VLAN: devices/virtual/net/eth0.100/ctlr_0/host2 (drivers/scsi/fcoe/fcoe_sysfs.c).
    if (parts[i] == "net" && i + 2 < parts.size()) {
      by_ = "FCoE";
      if (!interface(std::string(parts[i + 1])))
        unknown(Reach::network, fmt::format("{} lies on FCoE over {}", name, parts[i + 1]));
      by_.clear();
      network = true;
    }
  }
  if (!network) virtual_disk(name, *target, !slaves.empty());
}

// Disks without a PCI function on their path. `any_below`: what they are made of was followed.
void Carriers::virtual_disk(const std::string& name, std::string_view path, bool any_below) {
  const auto at = path.find("devices/");
  const auto place = at == path.npos ? path : path.substr(at + 8);
  const auto bus = split(place, '/')[0];
  if (is_numbered(name, "loop")) return loop_device(name);
  if (is_numbered(name, "ram")) return;
  if (is_numbered(name, "zram")) {
    // zram writes what it cannot hold to a disk of its own.
    const auto backing = text_of(root_, kernel_paths::block_device(name, "backing_dev"));
    if (const auto disk = block_name(root_, backing)) block(*disk);
    return;
  }
  // A volume in a ZFS pool. sysfs does not say in which.
  if (is_numbered(name, "zd")) return zfs_pool({});
  if (is_numbered(name, "nbd")) {
    if (words_.network == "NBD") return server("NBD", words_.servers, {}, {});
    return unknown(Reach::network, fmt::format("{} lies on a server of NBD", name));
  }
  // drivers/block/rbd.c, rbd_root_dev: the disk says which address of ours it uses.
  if (bus == "rbd") {
    const auto parts = split(place, '/');
    const auto client =
        parts.size() > 1 ? text_of(root_, fmt::format("sys/devices/rbd/{}/client_addr", parts[1]))
                         : std::string();
    std::vector<IpAddress> own;
    if (const auto address = parse_endpoint(client.substr(0, client.find('/'))))
      own.push_back(*address);
    return server("RBD", {}, own, {});
  }
  if (any_below) return;
  // USB that comes over a network (drivers/usb/usbip/vhci_hcd.c).
  if (path.find("/vhci_hcd") != path.npos)
    return unknown(Reach::network, fmt::format("{} lies on USB over a network", name));
  // "virtual": dm without a device, ublk, vduse. "pseudo_0": scsi_debug. "tcm_loop_0": a target on
  // this very host.
  if (bus == "virtual" || bus.starts_with("pseudo") || bus.starts_with("tcm_loop"))
    return unknown(
        Reach::any, fmt::format("{} (/sys/devices/{}) does not show what it lies on", name, place));
  // Hardware that is not on PCI: a bus of a device tree or of ACPI, Hyper-V, Xen, s390's channels.
}

void Carriers::loop_device(const std::string& name) {
  const auto file = text_of(root_, kernel_paths::block_device(name, "loop/backing_file"));
  if (!file.empty() && !hidden(root_, file)) return path(file, name);
  // The image was fetched into the initramfs's memory, and that is gone from view.
  if (words_.fetched) return;
  unknown(
      Reach::any, file.empty()
                      ? fmt::format("{} does not show its file", name)
                      : fmt::format("{} lies on {}, which is not shown any more", name, file));
}

}  // namespace vfirst::facts
