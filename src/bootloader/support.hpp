// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What this boot loader lets us do.

#include "base/result.hpp"
#include "kargs/arguments.hpp"
#include "loader/boot_facts.hpp"

namespace vfirst {

// Kernel arguments can be written here; else the reason, and what its owner can do instead.
Status can_apply(const BootFacts& boot, const Arguments& arguments);
// A trial disarms itself: GRUB can write /boot, or the EFI system partition where the block then
// lies; else the reason.
Status can_try(const BootFacts& boot);

}  // namespace vfirst
