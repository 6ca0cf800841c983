// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a boot loader with entries can hand to the kernel, and how much.

#include "bootloader/bls_edits.hpp"

namespace vfirst {

// Refuses arguments that this loader would change on their way to the kernel.
Status loader_can_carry(const BootFacts& boot, const Arguments& arguments);
// No entry's command line goes past `limit` bytes; `trial_only` is what the trial's entry has
// besides.
Status bls_fits(
    const FileReader& files, const Root& root, const BootFacts& boot, const BlsMenu& menu,
    const BlsEdits& edits, const Arguments& trial_only, std::size_t limit);

}  // namespace vfirst
