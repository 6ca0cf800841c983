// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What lies on the block devices, whether it is mounted or not.

#include "host/root.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst::facts {

struct FilesystemSign {
  // The kernel's name of the device, "nvme0n1p3".
  std::string block;
  // As libblkid says it: "ext4", "btrfs", "zfs_member".
  std::string type, label, uuid;
  // Of the partition.
  std::string part_label, part_uuid;
  // Several signatures: it may be any of them.
  bool ambiguous = false;
  // "" for a tag that is none of UUID, LABEL, PARTUUID, PARTLABEL.
  std::string_view tag(std::string_view name) const;
};

// Of each device that was looked at, even where nothing was found on it, by name: from udev's
// database, and on a host from libblkid. A capture has libblkid's answers in a file
// (kCapturedFilesystems).
std::vector<FilesystemSign> filesystem_signs(const Root& root);

}  // namespace vfirst::facts
