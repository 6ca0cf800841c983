// SPDX-License-Identifier: GPL-2.0-or-later
// The PCI functions that the host needs: those below root, /boot, swap, the default route, data
// that its programs need and the NIC that it booted over. carriers.hpp follows each of them down.
#include "base/kernel_paths.hpp"
#include "facts/boot_nic.hpp"
#include "facts/carriers.hpp"
#include "facts/mounts.hpp"
#include "facts/readers.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "host/loader_paths.hpp"
#include "host/own_paths.hpp"

#include <algorithm>
#include <set>

namespace vfirst::facts {

namespace {

using Reach = UnknownCarrier::Reach;

// Where the initramfs mounts root: dracut, initramfs-tools.
constexpr std::string_view kFutureRoots[] = {"/sysroot", "/root"};

const Mount* exact_mount(const std::vector<Mount>& mounts, std::string_view point) {
  const auto* mount = mount_of(mounts, point);
  return mount && mount->point == point ? mount : nullptr;
}

void read_root(
    const Root& root, const std::vector<Mount>& mounts, const BootWords& words, Carriers& carriers,
    Gaps& gaps) {
  const bool initramfs = root.exists(kInitramfsMark);
  const auto* top = exact_mount(mounts, "/");
  if (initramfs)
    for (const auto point : kFutureRoots)
      if (const auto* future = exact_mount(mounts, point); future && future->type != "autofs")
        top = future;
  const auto found = carriers.found(), unknowns = carriers.unknowns();
  const bool in_memory = top && (top->type == "tmpfs" || top->type == "ramfs");
  const auto by_words = [&] {
    // Once its image is in memory, nothing carries root; until then its network does. BOOTIF says
    // by itself which port that is.
    if (words.fetched && words.boot_nic) return;
    carriers.begin_role(std::string(words.fetched ? kNetworkBoot : "root filesystem"));
    carriers.root_by_words();
  };
  carriers.begin_role("root filesystem");
  if (!top || top->type == "rootfs" || (in_memory && initramfs)) {
    by_words();
  } else {
    carriers.mount(*top);
    // The kernel does not always show any more what an overlay is made of. root= may.
    if (const auto hidden = carriers.unknowns();
        hidden > unknowns && top->type == "overlay" && words.network.empty()) {
      const auto before = carriers.found();
      by_words();
      const bool told = carriers.found() > before && carriers.unknowns() == hidden;
      carriers.forgive(told ? unknowns : hidden);
    }
  }
  if (carriers.found() == found && carriers.unknowns() == unknowns && !in_memory)
    gaps.push_back(
        "root filesystem: the PCI function that carries it is not shown, or there is none");
}

void read_filesystems(const std::vector<Mount>& mounts, Carriers& carriers) {
  std::vector<std::string> paths = {"/usr", "/var"};
  for (auto folder = kEspFolders.rbegin(); folder != kEspFolders.rend(); ++folder)
    paths.push_back(fmt::format("/{}", *folder));
  for (const auto& path : paths) {
    const auto* mount = exact_mount(mounts, path);
    // Part of another one, or to be mounted when it is looked at.
    if (!mount || mount->type == "autofs") continue;
    carriers.begin_role(path);
    carriers.mount(*mount);
  }
}

void read_swap(const Root& root, const std::vector<Mount>& mounts, Carriers& carriers) {
  carriers.begin_role("swap");
  // NAME TYPE size used priority, a heading first.
  const auto swaps = root.read("proc/swaps");
  if (!swaps) return;
  const auto lines = split(*swaps, '\n');
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto parts = words(lines[i]);
    if (parts.size() < 2) continue;
    if (parts[1] == "file") {
      if (const auto* mount = mount_of(mounts, parts[0])) carriers.mount(*mount);
    } else if (const auto name = block_name(root, parts[0])) {
      carriers.block(*name);
    } else if (root.exists(kernel_paths::kBlockDevices)) {
      carriers.unknown(Reach::any, fmt::format("{}: sysfs does not show where it is", parts[0]));
    }
  }
}

// Filesystems of their own where programs of the host keep their data: the images of its guests,
// its logs. What containers and pods mount comes and goes, and is theirs.
bool holds_data(const Mount& mount) {
  const std::string_view point = mount.point;
  for (const std::string_view theirs :
       {"/var/lib/kubelet/", "/var/lib/docker/", "/var/lib/containers/"})
    if (point.starts_with(theirs)) return false;
  for (const std::string_view whole : {"/etc", "/opt", "/srv"})
    if (point == whole) return true;
  for (const std::string_view below : {"/var/", "/usr/", "/opt/", "/srv/"})
    if (point.starts_with(below)) return true;
  return false;
}

void read_data(const std::vector<Mount>& mounts, Carriers& carriers) {
  const auto unknowns = carriers.unknowns();
  for (const auto& mount : mounts) {
    if (!holds_data(mount)) continue;
    carriers.begin_role(mount.point);
    carriers.mount(mount);
  }
  // Pseudo filesystems are mounted there as well: nothing is said of them.
  carriers.forgive(unknowns);
}

void read_routes(const Root& root, Carriers& carriers, Gaps& gaps) {
  std::string untraced;
  bool traced = false;
  for (const auto& name : carriers.routes().default_interfaces()) {
    carriers.begin_role(std::string(kDefaultRoute));
    if (carriers.interface(name))
      traced = true;
    else
      append_to_list(untraced, name);
  }
  // A tunnel's packets leave by another route. A tree without interfaces is no evidence.
  if (!untraced.empty() && !traced && root.exists(kernel_paths::kNetworkPorts))
    carriers.unknown(Reach::network, fmt::format("sysfs does not show what is below {}", untraced));
  if (carriers.routes().partial())
    gaps.push_back(
        "routes: this tree shows those of the main table, and of a route over several next hops "
        "only the first");
}

void read_boot_port(const Root& root, const BootFacts& boot, Carriers& carriers) {
  const auto nic = read_boot_nic(root, boot.cmdline, carriers.macs());
  if (!nic) return;
  for (const auto& name : nic->ports) {
    carriers.begin_role(std::string(kNetworkBoot));
    carriers.interface(name);
  }
  carriers.begin_role(fmt::format(
      "{}, perhaps (no port has BOOTIF's address {} yet)", kNetworkBoot, nic->mac.str()));
  for (const auto& address : nic->candidates)
    carriers.function(address, true);
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

void read_critical(
    const Root& root, const std::vector<Mount>& mounts, const BootFacts& boot, Facts& facts) {
  const auto boot_words = BootWords::of(boot.cmdline);
  Carriers carriers(root, mounts, boot_words);
  read_root(root, mounts, boot_words, carriers, facts.gaps);
  read_filesystems(mounts, carriers);
  read_swap(root, mounts, carriers);
  read_boot_port(root, boot, carriers);
  const auto first_route = carriers.found();
  read_routes(root, carriers, facts.gaps);
  const auto routes = carriers.take_from(first_route);
  read_data(mounts, carriers);
  const auto data = carriers.take_from(first_route);
  facts.critical = carriers.take_from(0);
  const auto own = own_pfs(root);
  for (const auto& device : routes)
    if (!own.contains(device.address.str())) facts.critical.push_back(device);
  // A device that is known already needs no further reason. The host's network alone is none: its
  // owner may permit that, and not that the data go.
  for (const auto& device : data) {
    const bool known = std::ranges::any_of(facts.critical, [&](const CriticalDevice& other) {
      return other.address == device.address && other.role != kDefaultRoute &&
             !other.role.starts_with(kNetworkBoot) && (!other.perhaps || device.perhaps);
    });
    const auto* function = facts.function(device.address);
    const bool own_port =
        own.contains(device.address.str()) && function && function->class_code >> 16 == 0x02;
    if (!known && !own_port) facts.critical.push_back(device);
  }
  std::ranges::stable_sort(facts.critical, [](const auto& a, const auto& b) {
    return std::tie(a.address, a.role) < std::tie(b.address, b.role);
  });
  facts.unknown_carriers = carriers.take_unknown();
  std::ranges::move(carriers.take_gaps(), std::back_inserter(facts.gaps));
}

}  // namespace vfirst::facts
