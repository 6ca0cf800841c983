// SPDX-License-Identifier: GPL-2.0-or-later
// The PCI functions that the host needs: those below root, /boot, swap, the default route and the
// NIC that it booted over, through whatever is stacked between (device mapper, md, multipath NVMe,
// btrfs over several devices, bonds, bridges, VLANs).
#include "base/kernel_paths.hpp"
#include "facts/boot_nic.hpp"
#include "facts/mounts.hpp"
#include "facts/readers.hpp"
#include "facts/sriov.hpp"

#include "base/text.hpp"
#include "host/disks.hpp"
#include "host/own_paths.hpp"
#include "kargs/command_line.hpp"

#include <algorithm>
#include <set>

namespace vfirst::facts {

namespace {

class CriticalDevices {
 public:
  explicit CriticalDevices(const Root& root) : root_(root) {}

  // All return whether a PCI function was found underneath.
  bool block(const std::string& name, std::string_view role) {
    // Stacks share members.
    if (!seen_.insert(name).second) return true;
    const auto target = root_.link(kernel_paths::block_device(name));
    if (!target) return false;
    if (functions(*target, role)) return true;
    bool found = false;
    for (const auto& slave : list(kernel_paths::block_device(name, "slaves")))
      found = block(slave, role) || found;
    const auto parts = split(*target, '/');
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      // A partition of a virtual disk: the disk is the component before it. Namespaces of one NVMe
      // subsystem: its controllers.
      if (parts[i] == "block" && i + 2 < parts.size())
        found = block(std::string(parts[i + 1]), role) || found;
      if (parts[i].starts_with("nvme-subsys")) found = nvme(parts[i], role) || found;
    }
    return found;
  }

  bool interface(const std::string& name, std::string_view role) {
    if (!seen_.insert("net/" + name).second) return true;
    const auto target = root_.link(kernel_paths::network_port(name));
    if (!target) return false;
    if (functions(*target, role)) return true;
    bool found = lower(name, role);
    // An Open vSwitch port has no lower device of its own: all that the switch holds may carry it.
    if (!found && name != "ovs-system" && root_.exists(kernel_paths::network_port("ovs-system")))
      found = lower("ovs-system", role);
    return found;
  }

  // A filesystem by its mount: the device, and for btrfs every device of the filesystem.
  bool mount(const Mount& mount, std::string_view role) {
    const auto name = block_name(root_, mount);
    if (!name) return false;
    bool found = block(*name, role);
    if (mount.type != "btrfs") return found;
    for (const auto& id : list("sys/fs/btrfs")) {
      const auto devices = list(fmt::format("sys/fs/btrfs/{}/devices", id));
      if (std::find(devices.begin(), devices.end(), *name) == devices.end()) continue;
      for (const auto& device : devices)
        found = block(device, role) || found;
    }
    return found;
  }

  void function(const PciAddress& address, std::string role) {
    found_.push_back({address, std::move(role)});
  }

  std::vector<CriticalDevice> take() {
    std::sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
      return std::tie(a.address, a.role) < std::tie(b.address, b.role);
    });
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }
  // What follows is about another role, for which a device counts again.
  void begin_role() { seen_.clear(); }

 private:
  std::vector<std::string> list(const std::string& path) const {
    return root_.list(path).value_or(std::vector<std::string>{});
  }

  bool lower(const std::string& name, std::string_view role) {
    bool found = false;
    for (const auto& entry : list(kernel_paths::network_port(name)))
      if (entry.starts_with("lower_")) found = interface(entry.substr(6), role) || found;
    return found;
  }

  bool nvme(std::string_view subsystem, std::string_view role) {
    bool found = false;
    for (const auto& entry : list(fmt::format("sys/class/nvme-subsystem/{}", subsystem)))
      if (const auto target =
              root_.link(fmt::format("sys/class/nvme-subsystem/{}/{}", subsystem, entry));
          target && entry.starts_with("nvme"))
        found = functions(*target, role) || found;
    return found;
  }

  // The last PCI function of a device path carries the device. Before a nested host bridge
  // ("pci10000:00", Intel VMD) the controller that makes that bridge does too; and a VF stands on
  // its PF.
  bool functions(std::string_view path, std::string_view role) {
    const auto all = pci_path(path);
    if (all.empty()) return false;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (i + 1 == all.size() || all[i].domain != all[i + 1].domain)
        found_.push_back({all[i], std::string(role)});
    if (const auto pf = root_.link_name(kernel_paths::pci_function(all.back(), "physfn")))
      if (const auto address = PciAddress::parse(*pf))
        found_.push_back({*address, std::string(role)});
    return true;
  }

  const Root& root_;
  std::set<std::string> seen_;
  std::vector<CriticalDevice> found_;
};

// root=UUID=... of the command line, for early boot, where nothing is mounted yet. Tags need the
// devices themselves.
std::optional<std::string> root_argument(const Root& root, std::string_view cmdline) {
  std::optional<std::string> name;
  for (const auto& argument : split_arguments(cmdline)) {
    if (argument.key != "root" || !argument.value) continue;
    std::string_view device = *argument.value;
    // dracut's spelling.
    if (device.starts_with("block:")) device.remove_prefix(6);
    if (device.starts_with("/dev/")) {
      name = block_name(root, device);
      continue;
    }
    const auto equals = device.find('=');
    if (equals == device.npos || !root.is_host()) continue;
    if (const auto node = find_device(
            std::string(device.substr(0, equals)), std::string(device.substr(equals + 1))))
      name = block_name(root, *node);
  }
  return name;
}

bool has_device(const Mount& mount) {
  static constexpr std::string_view none[] = {"rootfs", "tmpfs", "ramfs", "overlay", "squashfs"};
  return std::find(std::begin(none), std::end(none), mount.type) == std::end(none);
}

void read_filesystems(
    const Root& root, const std::vector<Mount>& mounts, const BootFacts& boot,
    CriticalDevices& devices, Gaps& gaps) {
  const auto* top = mount_of(mounts, "/");
  const auto named = !top || !has_device(*top) ? root_argument(root, boot.cmdline) : std::nullopt;
  const bool found = named ? devices.block(*named, "root filesystem")
                           : top && has_device(*top) && devices.mount(*top, "root filesystem");
  if (!found)
    gaps.push_back(
        "root filesystem: the PCI function that carries it is not shown, or there is none");
  std::vector<std::string> paths = {"/usr", "/var"};
  for (auto folder = kEspFolders.rbegin(); folder != kEspFolders.rend(); ++folder)
    paths.push_back(fmt::format("/{}", *folder));
  for (const auto& path : paths) {
    const auto* mount = mount_of(mounts, path);
    // Part of another one.
    if (!mount || mount->point != path) continue;
    devices.begin_role();
    devices.mount(*mount, path);
  }
  devices.begin_role();
  // NAME TYPE size used priority, a heading first.
  const auto swaps = root.read("proc/swaps");
  if (!swaps) return;
  const auto lines = split(*swaps, '\n');
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto parts = words(lines[i]);
    if (parts.size() < 2) continue;
    if (parts[1] == "file") {
      if (const auto* mount = mount_of(mounts, parts[0])) devices.mount(*mount, "swap");
    } else if (const auto name = block_name(root, parts[0])) {
      devices.block(*name, "swap");
    }
  }
}

std::set<std::string> default_interfaces(const Root& root) {
  std::set<std::string> names;
  // Iface Destination Gateway Flags ... Mask.
  if (const auto text = root.read("proc/net/route")) {
    const auto lines = split(*text, '\n');
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const auto parts = words(lines[i]);
      if (parts.size() >= 8 && parts[1] == "00000000" && parts[7] == "00000000")
        names.emplace(parts[0]);
    }
  }
  // Destination, prefix length, ..., flags, interface.
  if (const auto text = root.read("proc/net/ipv6_route")) {
    for (auto line : split(*text, '\n')) {
      const auto parts = words(line);
      if (parts.size() >= 10 && parts[1] == "00" &&
          parts[0].find_first_not_of('0') == std::string_view::npos && parts[9] != "lo")
        names.emplace(parts[9]);
    }
  }
  return names;
}

// PFs that vfirst set up before this host had a network (steps/boot.hpp, kOwnPfsFile). Their ports
// are up since, and a router's advertisement or the host's own configuration may route through
// them: nothing is left to be kept from.
std::set<std::string> own_pfs(const Root& root) {
  std::set<std::string> addresses;
  if (const auto text = root.read(kOwnPfsFile))
    for (auto line : split(*text, '\n'))
      addresses.emplace(line);
  return addresses;
}

}  // namespace

std::vector<CriticalDevice> read_critical(
    const Root& root, const std::vector<Mount>& mounts, const BootFacts& boot, Gaps& gaps) {
  CriticalDevices devices(root);
  read_filesystems(root, mounts, boot, devices, gaps);
  for (const auto& name : default_interfaces(root)) {
    devices.begin_role();
    devices.interface(name, kDefaultRoute);
  }
  if (const auto nic = read_boot_nic(root, boot.cmdline)) {
    for (const auto& name : nic->ports) {
      devices.begin_role();
      devices.interface(name, kNetworkBoot);
    }
    for (const auto& address : nic->candidates)
      devices.function(
          address,
          fmt::format(
              "{}, perhaps (no port has BOOTIF's address {} yet)", kNetworkBoot, nic->mac.str()));
  }
  auto found = devices.take();
  const auto own = own_pfs(root);
  std::erase_if(found, [&](const CriticalDevice& device) {
    return device.role == kDefaultRoute && own.contains(device.address.str());
  });
  return found;
}

}  // namespace vfirst::facts
