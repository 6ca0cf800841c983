// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/local_disk.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <iterator>
#include <span>

namespace vfirst {

namespace {

// Below which of sys/devices the hardware lies: PCI, firmware tables (Hyper-V's bus too), buses of
// device trees, s390's channels, POWER's virtual I/O. Not: "virtual" (dm, md, loop, nbd, zd, zram,
// ublk, vduse, NVMe over fabrics), "rbd" (drivers/block/rbd.c, rbd_root_dev), "pseudo_0"
// (scsi_debug), "tcm_loop_0" (a target on this very host).
constexpr std::string_view kHardware[] = {"pci", "platform", "LNXSYSTM", "soc",
                                          "axi", "css0",     "vio"};

// USB that comes over a network (drivers/usb/usbip/vhci_hcd.c), or from this host itself
// (drivers/usb/gadget/udc/dummy_hcd.c).
constexpr std::string_view kFalseUsb[] = {"vhci_hcd", "dummy_hcd"};

// Transports of SCSI over a network; each host adapter of one has an entry in its class
// (drivers/scsi/scsi_transport_{iscsi,fc,srp}.c).
constexpr std::pair<std::string_view, std::string_view> kNetworkHosts[] = {
    {"iscsi_host", "iSCSI"}, {"fc_host", "Fibre Channel"}, {"srp_host", "SCSI over RDMA"}};

bool starts_with_any(std::string_view text, std::span<const std::string_view> heads) {
  return std::ranges::any_of(heads, [&](auto head) { return text.starts_with(head); });
}

// "nvme0", a controller: not "nvme0n1" and not "nvme0c0n1".
bool is_nvme_controller(std::string_view name) {
  return name.starts_with("nvme") && name.size() > 4 &&
         name.find_first_not_of("0123456789", 4) == name.npos;
}

// With more than one path to it, or room for one, the kernel shows an NVMe namespace below its
// subsystem, which is a virtual device (drivers/nvme/host/multipath.c); the controllers tell where
// it really is.
bool only_pcie_controllers(const Root& root, std::string_view subsystem) {
  const auto folder = fmt::format("sys/devices/virtual/nvme-subsystem/{}", subsystem);
  unsigned controllers = 0;
  for (const auto& name : root.list(folder).value_or(std::vector<std::string>{})) {
    if (!is_nvme_controller(name)) continue;
    if (root.read(fmt::format("{}/{}/transport", folder, name)).value_or("") != "pcie")
      return false;
    ++controllers;
  }
  return controllers > 0;
}

}  // namespace

std::string why_not_local(const Root& root, std::string_view block) {
  const auto link = root.link(kernel_paths::block_device(block));
  const auto at = link ? link->find("devices/") : std::string::npos;
  if (at == std::string::npos) return "sysfs does not show where it is";
  const auto place = std::string_view(*link).substr(at);
  const auto parts = split(place.substr(8), '/');
  if (parts.size() > 2 && parts[0] == "virtual" && parts[1] == "nvme-subsystem" &&
      only_pcie_controllers(root, parts[2]))
    return {};
  if (!starts_with_any(parts[0], kHardware))
    return fmt::format("it is not a disk of this machine (/sys/{})", place);
  for (const auto part : parts) {
    if (starts_with_any(part, kFalseUsb))
      return fmt::format("it is not a USB device of this machine (/sys/{})", place);
    if (part.starts_with("session") || part.starts_with("rport-"))
      return fmt::format("it is a network disk (/sys/{})", place);
    if (!part.starts_with("host")) continue;
    for (const auto& [folder, name] : kNetworkHosts)
      if (root.exists(fmt::format("sys/class/{}/{}", folder, part)))
        return fmt::format("it is a network disk ({}, /sys/{})", name, place);
  }
  return {};
}

std::vector<std::string> block_devices(const Root& root) {
  auto names = root.list(kernel_paths::kBlockDevices).value_or(std::vector<std::string>{});
  std::erase_if(names, [&](const std::string& name) {
    return root.number(kernel_paths::block_device(name, "size")).value_or(0) == 0;
  });
  return names;
}

std::string disk_of_partition(const Root& root, std::string_view block) {
  if (!root.exists(kernel_paths::block_device(block, "partition"))) return {};
  const auto link = root.link(kernel_paths::block_device(block));
  if (!link) return {};
  const auto parts = split(*link, '/');
  return parts.size() < 2 ? std::string() : std::string(parts[parts.size() - 2]);
}

}  // namespace vfirst
