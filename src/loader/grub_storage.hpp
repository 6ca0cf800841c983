// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Where GRUB itself can write: a trial needs that, because GRUB marks it as used before it boots
// it.

#include "loader/boot_facts.hpp"

#include <string>

namespace vfirst {

// Why GRUB's save_env does not reach a file in /boot; "" where it does: a plain ext2 to ext4, XFS
// or FAT. Not LVM, RAID or dm-crypt, through which GRUB only reads (disk/diskfilter.c), not btrfs,
// where save_env fails (tried), and not data=journal, whose bytes GRUB may not see.
std::string why_grub_cannot_write(const BootFacts& boot);

bool grub_can_write(const BootFacts& boot);

// The environment block of the slots: beside them in boot/vfirst, or on the EFI system partition
// where GRUB cannot write /boot.
std::string environment_path(const BootFacts& boot);

}  // namespace vfirst
