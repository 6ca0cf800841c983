// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/carriers.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "facts/sriov.hpp"
#include "host/disks.hpp"

#include <algorithm>
#include <tuple>

namespace vfirst::facts {

Carriers::Carriers(const Root& root, const std::vector<Mount>& mounts, const BootWords& words)
    : root_(root), mounts_(mounts), words_(words), macs_(root), routes_(root) {}

void Carriers::begin_role(std::string role) {
  role_ = std::move(role);
  by_.clear();
  seen_.clear();
  interfaces_.clear();
}

void Carriers::function(const PciAddress& address, bool perhaps) {
  found_.push_back(
      {address, by_.empty() ? role_ : fmt::format("{} ({})", role_, by_), perhaps || perhaps_});
}

void Carriers::unknown(UnknownCarrier::Reach reach, std::string what) {
  unknown_.push_back({reach, role_, std::move(what)});
}

std::vector<CriticalDevice> Carriers::take_from(std::size_t first) {
  std::vector<CriticalDevice> out(
      found_.begin() + static_cast<std::ptrdiff_t>(first), found_.end());
  found_.resize(first);
  std::ranges::sort(out, {}, [](const CriticalDevice& device) {
    return std::tie(device.address, device.role, device.perhaps);
  });
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

// libblkid reads each device: once is enough.
const std::vector<FilesystemSign>& Carriers::signs() {
  if (!signs_) signs_ = filesystem_signs(root_);
  return *signs_;
}

std::vector<std::string> Carriers::list(const std::string& path) const {
  return root_.list(path).value_or(std::vector<std::string>{});
}

// The last PCI function of a device path carries the device. Before a nested host bridge
// ("pci10000:00", Intel VMD) the controller that makes that bridge does too; and a VF stands on
// its PF.
bool Carriers::functions(std::string_view path) {
  const auto all = pci_path(path);
  if (all.empty()) return false;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (i + 1 == all.size() || all[i].domain != all[i + 1].domain) function(all[i]);
  if (const auto pf = root_.link_name(kernel_paths::pci_function(all.back(), "physfn")))
    if (const auto address = PciAddress::parse(*pf)) function(*address);
  return true;
}

bool Carriers::tagged(std::string_view tag, std::string_view value) {
  bool any = false;
  for (const auto& sign : signs())
    if (!value.empty() && sign.tag(tag) == value) {
      block(sign.block);
      any = true;
    }
  if (any || !root_.is_host()) return any;
  const auto node = find_device(std::string(tag), std::string(value));
  const auto name = node ? block_name(root_, *node) : std::nullopt;
  if (name) block(*name);
  return name.has_value();
}

// A pool's disks are told by libblkid, or by what udev noted of them. The kernel shows nothing of
// them: OpenZFS has no links in sysfs.
void Carriers::zfs_pool(std::string_view pool) {
  const auto& known = signs();
  const auto blocks = list(std::string(kernel_paths::kBlockDevices));
  const auto what = pool.empty() ? std::string("the ZFS pools") : fmt::format("ZFS pool {}", pool);
  bool any = false;
  std::vector<std::string> candidates;
  for (const auto& name : blocks) {
    const auto sign = std::ranges::find(known, name, &FilesystemSign::block);
    if (sign == known.end() || sign->ambiguous) {
      candidates.push_back(name);
    } else if (
        sign->type == "zfs_member" &&
        (pool.empty() || sign->label.empty() || sign->label == pool)) {
      any = true;
      block(name);
    }
  }
  const auto found_before = found(), unknowns_before = unknowns();
  perhaps_ = true;
  by_ = fmt::format("{}: its disks are not shown", what);
  for (const auto& name : candidates)
    if (!divided(name)) block(name);
  perhaps_ = false;
  by_.clear();
  forgive(unknowns_before);
  if (found() > found_before)
    gaps_.push_back(fmt::format(
        "{}: {} lies on one or more of the disks, and it is not shown on which", role_, what));
  else if (!any)
    unknown(
        words_.network.empty() ? UnknownCarrier::Reach::storage : UnknownCarrier::Reach::any,
        fmt::format("the disks of {} are not shown", what));
}

// A disk that has partitions holds no filesystem itself.
bool Carriers::divided(const std::string& block) const {
  const auto target = root_.link(kernel_paths::block_device(block));
  return target &&
         std::ranges::any_of(
             list(std::string(kernel_paths::kBlockDevices)), [&](const std::string& other) {
               const auto part = root_.link(kernel_paths::block_device(other));
               return part && part->starts_with(*target + "/");
             });
}

void Carriers::root_by_words() {
  std::string_view device = words_.root;
  // dracut's spelling.
  for (const std::string_view head : {"block:", "live:"})
    if (device.starts_with(head)) device.remove_prefix(head.size());
  const auto unknowns_before = unknowns();
  bool found = false;
  if (device.starts_with("/dev/") && device != "/dev/nfs" && device != "/dev/ram0") {
    // bcachefs takes several.
    for (const auto node : split(device, ':')) {
      const auto name = block_name(root_, node);
      if (name) block(*name);
      found |= name.has_value();
      if (!name && words_.network.empty())
        unknown(UnknownCarrier::Reach::storage, fmt::format("root={} is not there yet", node));
    }
  } else if (
      device.starts_with("ZFS=") || device.starts_with("zfs:") || device == "zfs" ||
      device.starts_with("zfs=")) {
    auto pool = device.size() > 4 ? device.substr(4) : std::string_view();
    pool = pool.substr(0, pool.find('/'));
    zfs_pool(pool == "AUTO" ? std::string_view() : pool);
    found = true;
  } else if (const auto equals = device.find('=');
             equals != device.npos && words_.network.empty()) {
    found = tagged(device.substr(0, equals), device.substr(equals + 1));
    if (!found)
      unknown(
          UnknownCarrier::Reach::storage,
          fmt::format("root={} is not there yet, or this tree does not show it", device));
  } else if (equals != device.npos) {
    found = tagged(device.substr(0, equals), device.substr(equals + 1));
  } else if (
      !device.empty() && words_.network.empty() && device != "/dev/ram0" && device != "gpt-auto" &&
      device != "tmpfs") {
    unknown(
        UnknownCarrier::Reach::any,
        fmt::format("root={} is nothing that vfirst can follow", device));
  }
  // What root is on is there already, and says by itself what carries it.
  if (found && unknowns() == unknowns_before) return;
  if (!words_.network.empty()) return boot_network(words_.network);
  // No word is needed where the firmware's own tables are followed.
  if (found) return;
  by_ = "the firmware's network boot";
  firmware_interfaces();
  by_.clear();
}

}  // namespace vfirst::facts
