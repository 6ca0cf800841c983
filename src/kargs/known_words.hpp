// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Which words a kernel takes for its own. The others it hands to init, if they have no dot
// (init/main.c, unknown_bootoption).

#include "kargs/command_line.hpp"

#include <span>
#include <string_view>

namespace vfirst {

bool known_to_kernel(const KernelArg& arg, std::string_view architecture);
// Not the kernel's, and right in the line nevertheless: init, dracut or an installer reads it
// there.
bool meant_for_init(const KernelArg& arg);

}  // namespace vfirst
