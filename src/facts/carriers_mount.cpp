// SPDX-License-Identifier: GPL-2.0-or-later
// Mounted filesystems: their disks, the filesystems that they are made of, or their servers.
#include "facts/carriers.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "facts/readers.hpp"
#include "facts/sriov.hpp"

#include <algorithm>
#include <span>

namespace vfirst::facts {

namespace {

using Reach = UnknownCarrier::Reach;

constexpr std::string_view kInMemory[] = {"tmpfs", "ramfs", "rootfs", "devtmpfs", "hugetlbfs"};
struct NetworkType {
  std::string_view type, name;
};
constexpr NetworkType kNetworkTypes[] = {
    {"nfs", "NFS"},       {"nfs4", "NFS"},  {"cifs", "SMB"},
    {"smb3", "SMB"},      {"ceph", "Ceph"}, {"fuse.glusterfs", "Gluster"},
    {"lustre", "Lustre"}, {"afs", "AFS"},   {"fuse.sshfs", "SSHFS"},
    {"beegfs", "BeeGFS"}, {"gpfs", "GPFS"}, {"fuse.ceph-fuse", "Ceph"},
};

bool in_memory(std::string_view type) {
  return std::ranges::find(kInMemory, type) != std::end(kInMemory);
}

// The values of one option of a mount, "addr=10.9.0.1". overlayfs writes a comma in a path as "\,".
std::vector<std::string> option(std::string_view options, std::string_view key) {
  std::vector<std::string> out;
  std::string word;
  for (std::size_t i = 0; i <= options.size(); ++i) {
    if (i < options.size() && options[i] == '\\' && i + 1 < options.size()) {
      word += options[i + 1] == ',' ? "" : "\\";
      word += options[++i];
    } else if (i < options.size() && options[i] != ',') {
      word += options[i];
    } else {
      if (word.starts_with(key)) out.push_back(word.substr(key.size()));
      word.clear();
    }
  }
  return out;
}

// "/a:/b\:c" of lowerdir=, where "::" stands before directories for data only.
std::vector<std::string> directories(std::string_view list) {
  std::vector<std::string> out(1);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == '\\' && i + 1 < list.size())
      out.back() += list[++i];
    else if (list[i] == ':')
      out.emplace_back();
    else
      out.back() += list[i];
  }
  std::erase(out, std::string());
  return out;
}

}  // namespace

void Carriers::mount(const Mount& mount) {
  if (!seen_.insert("mount " + mount.point).second || in_memory(mount.type)) return;
  if (mount.type == "overlay") return overlay(mount);
  if (mount.type == "zfs") return zfs_pool(mount.source.substr(0, mount.source.find('/')));
  if (mount.type == "virtiofs") return virtio_mount("virtiofs", mount);
  if (mount.type == "9p" && mount.options.find("trans=virtio") != mount.options.npos)
    return virtio_mount("9pnet_virtio", mount);
  const bool network = std::ranges::any_of(
      kNetworkTypes, [&](const auto& known) { return known.type == mount.type; });
  if (network || mount.type == "9p") return network_mount(mount);
  // bcachefs names each of its devices, btrfs only one.
  std::vector<std::string> names;
  if (mount.type == "bcachefs") {
    for (const auto node : split(mount.source, ':'))
      if (const auto name = block_name(root_, node)) names.push_back(*name);
    if (mount.source.starts_with("UUID=") && tagged("UUID", mount.source.substr(5))) return;
  } else if (const auto name = block_name(root_, mount)) {
    names.push_back(*name);
  }
  // XFS and ext4 may have their log on another device.
  for (const auto* key : {"logdev=", "rtdev=", "journal_path="})
    for (const auto& node : option(mount.options, key))
      if (const auto name = block_name(root_, node)) names.push_back(*name);
  for (const auto& name : names)
    block(name);
  if (names.empty()) {
    if (root_.exists(kernel_paths::kBlockDevices))
      unknown(
          Reach::any, fmt::format("{} on {}: its device is not shown", mount.type, mount.source));
    return;
  }
  const auto has = [&](const std::vector<std::string>& devices) {
    return std::ranges::any_of(
        names, [&](const auto& name) { return std::ranges::find(devices, name) != devices.end(); });
  };
  const auto add_if_shared = [&](const std::vector<std::string>& devices) {
    if (has(devices))
      for (const auto& device : devices)
        block(device);
  };
  if (mount.type == "btrfs")
    for (const auto& id : list("sys/fs/btrfs"))
      add_if_shared(list(fmt::format("sys/fs/btrfs/{}/devices", id)));
  if (mount.type == "bcachefs")
    for (const auto& id : list("sys/fs/bcachefs")) {
      std::vector<std::string> devices;
      for (const auto& device : list(fmt::format("sys/fs/bcachefs/{}", id)))
        if (device.starts_with("dev-"))
          if (const auto name =
                  root_.link_name(fmt::format("sys/fs/bcachefs/{}/{}/block", id, device)))
            devices.push_back(*name);
      add_if_shared(devices);
    }
}

// What is below a file or a directory, by the mount that holds it now.
void Carriers::path(std::string_view path, const std::string& for_what) {
  const auto* below = mount_of(mounts_, path);
  if (below) return mount(*below);
  unknown(Reach::any, fmt::format("{} lies on {}, whose mount is not shown", for_what, path));
}

// The paths are those of the mount's own time: an initramfs may have moved or hidden what was
// there.
void Carriers::overlay(const Mount& overlay) {
  std::vector<std::string> below;
  for (const auto* key : {"lowerdir=", "lowerdir+=", "datadir+="})
    for (const auto& dirs : option(overlay.options, key))
      for (auto& dir : directories(dirs))
        below.push_back(std::move(dir));
  for (auto& dir : option(overlay.options, "upperdir="))
    below.push_back(std::move(dir));
  if (below.empty())
    return unknown(
        Reach::any, fmt::format("overlay on {}: its directories are not shown", overlay.point));
  for (const auto& dir : below) {
    // An overlay may lie over a directory that it is made of: /usr, with system extensions.
    std::vector<Mount> others;
    std::ranges::copy_if(mounts_, std::back_inserter(others), [&](const Mount& other) {
      return other.type != "overlay" || other.point != overlay.point;
    });
    const auto* holder = dir.starts_with('/') ? mount_of(others, dir) : nullptr;
    if (holder) mount(*holder);
    // Root fetched into the initramfs's memory.
    else if (!words_.fetched)
      return unknown(
          Reach::any, fmt::format("overlay on {}: {} is not shown any more", overlay.point, dir));
  }
}

void Carriers::network_mount(const Mount& mount) {
  std::string name = "9P";
  for (const auto& known : kNetworkTypes)
    if (known.type == mount.type) name = known.name;
  std::vector<IpAddress> servers, own;
  // NFS and SMB: addr=, as the kernel resolved it. Ceph: mon_addr=A:6789/B:6789. The address in
  // mountaddr= is that of mountd.
  for (const auto* key : {"addr=", "mountaddr=", "mon_addr="})
    for (const auto& value : option(mount.options, key))
      for (const auto one : split(value, '/'))
        if (const auto address = parse_endpoint(one); address && !address->is_zero())
          servers.push_back(*address);
  for (const auto& value : option(mount.options, "clientaddr="))
    if (const auto address = IpAddress::parse(value); address && !address->is_zero())
      own.push_back(*address);
  if (servers.empty()) {
    // "10.9.0.1:/srv", "//10.9.0.1/share", "10.0.0.1:6789,10.0.0.2:6789:/", "10.0.0.1@tcp:/fs".
    auto source = std::string_view(mount.source);
    source.remove_prefix(std::min(source.size(), source.find_first_not_of('/')));
    for (auto one : split(source.substr(0, source.find('/')), ',')) {
      one = one.substr(0, one.find('@'));
      while (one.ends_with(':'))
        one.remove_suffix(1);
      if (const auto address = parse_endpoint(one)) servers.push_back(*address);
    }
  }
  server(name, servers, own, {});
}

// A directory that the hypervisor of this guest gives to it: all devices of the kind may be the
// one.
void Carriers::virtio_mount(std::string_view driver, const Mount& mount) {
  bool any = false;
  for (const auto& device : list(fmt::format("sys/bus/virtio/drivers/{}", driver)))
    if (const auto target = root_.link(fmt::format("sys/bus/virtio/drivers/{}/{}", driver, device));
        target && device.starts_with("virtio"))
      any = functions(*target) || any;
  if (!any)
    unknown(Reach::any, fmt::format("{} on {}: its device is not shown", mount.type, mount.source));
}

}  // namespace vfirst::facts
