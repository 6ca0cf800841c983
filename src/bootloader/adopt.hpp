// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// How kernel arguments that somebody else wrote to etc/default/grub come into our hands.

#include "bootloader/backend.hpp"

namespace vfirst {

// Moves the arguments out of etc/default/grub and its drop-ins into our good slot, in front of what
// is there, and makes grub.cfg anew. The kernel is given the same arguments as before, and `remove`
// gives the files their bytes back. At every point in between the kernel is given each argument at
// least once, so a power cut changes nothing for it, and the next call finishes, whatever arguments
// it is given. Refused where an argument stands in grub.cfg and in no such file.
Result<Adoption> adopt(
    Files& files, const Root& root, const BootFacts& boot, const Arguments& foreign,
    const RunProcess& run = {});

}  // namespace vfirst
