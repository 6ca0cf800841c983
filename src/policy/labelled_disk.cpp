// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/labelled_disk.hpp"

#include "base/kernel_paths.hpp"
#include "host/local_disk.hpp"

#include <fmt/format.h>

namespace vfirst {

std::optional<FilesystemName> LabelledDisk::name_of(const std::string& block) {
  const auto disk = disk_of_partition(root_, block);
  const bool removable =
      root_.number(kernel_paths::block_device(disk.empty() ? block : disk, "removable")) == 1u;
  if (!removable)
    if (const auto known = known_.find(block); known != known_.end()) return known->second;
  auto name = why_not_local(root_, block).empty() ? read_("/dev/" + block) : std::nullopt;
  known_[block] = name;
  return name;
}

Result<std::optional<std::string>> LabelledDisk::find() {
  std::map<std::string, FilesystemName> found;
  for (const auto& block : block_devices(root_)) {
    const auto name = name_of(block);
    if (!name || name->label != label_) continue;
    // The image of a CD on a stick shows the same filesystem twice: on the disk and on its first
    // partition. Disks sort before their partitions.
    const auto disk = found.find(disk_of_partition(root_, block));
    if (disk != found.end() && disk->second.uuid == name->uuid) continue;
    found.emplace(block, *name);
  }
  if (found.empty()) return std::optional<std::string>();
  const auto& first = found.begin()->first;
  if (found.size() > 1)
    return refuse(
        "/dev/{} and /dev/{} both hold a filesystem labelled {}: neither is used", first,
        std::next(found.begin())->first, label_);
  return std::optional("/dev/" + first);
}

std::string LabelledDisk::why_none() const {
  if (const auto block = root_.link_name(fmt::format("dev/disk/by-label/{}", label_)))
    if (const auto why = why_not_local(root_, *block); !why.empty())
      return fmt::format("/dev/{} is not used: {}", *block, why);
  return fmt::format("no filesystem on a disk of this machine is labelled {}", label_);
}

}  // namespace vfirst
