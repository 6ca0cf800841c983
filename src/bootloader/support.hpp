// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What this boot loader lets us do.

#include "base/result.hpp"
#include "facts/facts.hpp"

namespace vfirst {

// "GRUB", "systemd-boot", ...
std::string_view loader_name(Loader loader);
// What this host does not let us do, and why.
std::unexpected<Error> unsupported(std::string why);

// Kernel arguments can be written here; else the reason, and what its owner can do instead.
Status can_apply(const BootFacts& boot, std::string_view arguments);
// GRUB's save_env reaches a file in /boot: a plain ext2 to ext4, XFS or FAT (not data=journal,
// whose bytes it may not see).
bool grub_can_write(const BootFacts& boot);
// A trial disarms itself: GRUB can write /boot, or the EFI system partition where the block then
// lies; else the reason.
Status can_try(const BootFacts& boot);

}  // namespace vfirst
