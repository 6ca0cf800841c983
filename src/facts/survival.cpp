// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/survival.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "facts/mounts.hpp"
#include "host/local_disk.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <span>

namespace vfirst::facts {

namespace {

using Kept = Survival::Kept;

constexpr std::string_view kInMemory[] = {"tmpfs", "ramfs", "rootfs", "devtmpfs", "hugetlbfs"};
// On disks of one's own, or kept by a server.
constexpr std::string_view kOnDisk[] = {
    "ext2",     "ext3",           "ext4",  "xfs",     "btrfs", "vfat", "f2fs", "jfs", "zfs",
    "bcachefs", "ubifs",          "nfs",   "nfs4",    "cifs",  "smb3", "ceph", "9p",  "gfs2",
    "virtiofs", "fuse.glusterfs", "ocfs2", "reiserfs"};
// An overlay on a loop device on an overlay is what live images are made of; nothing sane is
// deeper.
constexpr int kDepth = 8;

bool one_of(std::string_view type, std::span<const std::string_view> all) {
  return std::ranges::find(all, type) != all.end();
}

// A value of a mount's options; overlayfs writes a comma in a path as "\,".
std::string option(std::string_view options, std::string_view key) {
  std::string word;
  for (std::size_t i = 0; i <= options.size(); ++i) {
    if (i < options.size() && options[i] == '\\' && i + 1 < options.size()) {
      word += options[++i];
    } else if (i < options.size() && options[i] != ',') {
      word += options[i];
    } else {
      if (word.starts_with(key)) return word.substr(key.size());
      word.clear();
    }
  }
  return {};
}

class Judge {
 public:
  Judge(const Root& root, std::vector<Mount> mounts) : root_(root), mounts_(std::move(mounts)) {}

  Survival path(std::string_view path, int depth = 0) const {
    const auto* mount = mount_of(mounts_, path);
    if (!mount) return {Kept::unknown, "on a mount that /proc/self/mountinfo does not show"};
    if (depth > kDepth) return {Kept::unknown, "on mounts that lie too deep to follow"};
    return of(*mount, depth);
  }

 private:
  Survival of(const Mount& mount, int depth) const {
    if (one_of(mount.type, kInMemory))
      return {Kept::no, fmt::format("in memory ({} on {})", mount.type, mount.point)};
    if (mount.type == "overlay") return overlay(mount, depth);
    if (const auto device = block_name(root_, mount)) return block(*device, depth);
    if (one_of(mount.type, kOnDisk)) return {};
    return {
        Kept::unknown, fmt::format("on {} ({}), which may keep nothing", mount.type, mount.point)};
  }

  // What is written goes to the upper directory. Its path is that of the mount's own time: an
  // initramfs may have moved or hidden it since.
  Survival overlay(const Mount& mount, int depth) const {
    const auto upper = option(mount.options, "upperdir=");
    if (!upper.starts_with('/'))
      return {
          Kept::unknown,
          fmt::format("on an overlay ({}) that shows no upper directory", mount.point)};
    const auto* below = mount_of(mounts_, upper);
    const bool hidden = !below || below->point == mount.point;
    auto found = hidden ? Survival{Kept::unknown, "not shown any more"} : of(*below, depth + 1);
    if (found.kept == Kept::yes && !root_.exists(std::string_view(upper).substr(1)))
      found = {Kept::unknown, "not there any more"};
    if (found.kept == Kept::yes) return found;
    return {
        found.kept,
        fmt::format(
            "on an overlay ({}) whose upper directory {} is {}", mount.point, upper, found.why)};
  }

  Survival block(const std::string& name, int depth) const {
    const auto digits = [&](std::string_view head) {
      return name.starts_with(head) && name.size() > head.size() &&
             name.find_first_not_of("0123456789", head.size()) == name.npos;
    };
    if (digits("ram") || digits("zram"))
      return {Kept::no, fmt::format("in memory (/dev/{})", name)};
    const auto disk = disk_of_partition(root_, name);
    if (!disk.empty()) return block(disk, depth);
    if (digits("loop")) return loop(name, depth);
    // dm and md: as good as the worst device below. A snapshot of a live image keeps its changes on
    // a loop device in memory.
    Survival worst;
    const auto slaves = root_.list(kernel_paths::block_device(name, "slaves"));
    for (const auto& slave : slaves.value_or(std::vector<std::string>{})) {
      if (depth > kDepth) return {Kept::unknown, "on devices that lie too deep to follow"};
      const auto one = block(slave, depth + 1);
      if (one.kept == Kept::yes || worst.kept == Kept::no) continue;
      worst = {one.kept, fmt::format("on /dev/{}, which lies on /dev/{} {}", name, slave, one.why)};
    }
    return worst;
  }

  Survival loop(const std::string& name, int depth) const {
    const auto file = root_.read(kernel_paths::block_device(name, "loop/backing_file"));
    if (!file || !file->starts_with('/') || file->ends_with(" (deleted)"))
      return {Kept::unknown, fmt::format("on /dev/{}, whose file is not shown any more", name)};
    auto below = path(*file, depth + 1);
    if (below.kept == Kept::yes) return below;
    return {below.kept, fmt::format("on /dev/{}, whose file {} is {}", name, *file, below.why)};
  }

  const Root& root_;
  const std::vector<Mount> mounts_;
};

}  // namespace

Survival survives_reboot(const Root& root, std::string_view path) {
  return Judge(root, read_mounts(root)).path(fmt::format("/{}", path));
}

LeastKept least_kept(const Root& root, std::span<const std::string> paths) {
  const Judge judge(root, read_mounts(root));
  LeastKept least;
  for (const auto& path : paths) {
    auto is = judge.path("/" + path);
    const bool worse = is.kept == Kept::no ? least.is.kept != Kept::no
                                           : is.kept != Kept::yes && least.is.kept == Kept::yes;
    if (worse) least = {path, std::move(is)};
  }
  return least;
}

}  // namespace vfirst::facts
