// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/grub_storage.hpp"

#include "host/own_paths.hpp"

#include <algorithm>

namespace vfirst {

std::string why_grub_cannot_write(const BootFacts& boot) {
  if (boot.device.starts_with("dm-") || boot.device.starts_with("md"))
    return fmt::format(
        "/boot is on {}: GRUB reads LVM and RAID but cannot write there", boot.device);
  static constexpr std::string_view kWritable[] = {"ext2", "ext3", "ext4", "xfs", "vfat"};
  if (boot.filesystem.empty())
    return "the filesystem of /boot is unknown, so GRUB may not be able to write there";
  if (std::ranges::find(kWritable, boot.filesystem) == std::end(kWritable))
    return fmt::format("/boot is {}: GRUB cannot write there", boot.filesystem);
  if (boot.data_journal)
    return fmt::format(
        "/boot is {} with data=journal: GRUB does not read the journal and may see old bytes",
        boot.filesystem);
  return {};
}

bool grub_can_write(const BootFacts& boot) {
  return why_grub_cannot_write(boot).empty();
}

std::string environment_path(const BootFacts& boot) {
  return grub_can_write(boot) || boot.esp.empty()
             ? std::string(kEnvironment)
             : fmt::format("{}/{}/env", boot.esp, kEspEnvironmentFolder);
}

}  // namespace vfirst
