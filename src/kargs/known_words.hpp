// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The words that a kernel knows. It passes the others to init, unless they have a dot (init/main.c,
// unknown_bootoption).

#include "kargs/command_line.hpp"

#include <span>
#include <string_view>

namespace vfirst {

bool known_to_kernel(const KernelArg& arg, std::string_view architecture);
// A word that the kernel does not know but that init, dracut or an installer reads in the line.
bool meant_for_init(const KernelArg& arg);

}  // namespace vfirst
