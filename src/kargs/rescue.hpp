// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Which boots are made to repair a host. They must come up without anything of vfirst's.

#include "kargs/command_line.hpp"

#include <optional>
#include <vector>

namespace vfirst {

// The first argument that asks for a rescue or emergency boot; nullopt where none does.
//   single, s, S, 1, -s, rescue, emergency, -b   systemd's runlevel words (src/shared/unit-file.c,
//                                                rlmap)
//   systemd.unit=, rd.systemd.unit=              rescue.target or emergency.target
//   recovery                                     Ubuntu's friendly-recovery
//   rd.break, rd.emergency, rd.rescue            a shell in the initramfs (dracut.cmdline(7))
// `rd.emergency=reboot` is no such word: it says what dracut does where others would get a shell.
std::optional<KernelArg> rescue_argument(const std::vector<KernelArg>& arguments);

}  // namespace vfirst
