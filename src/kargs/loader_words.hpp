// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// How boot loaders and their tools treat an argument, in a file of the host or in an export.

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace vfirst {

// Success where GRUB passes this argument on from a variable unchanged: printable ASCII without a
// quote, a backslash, a wildcard or a blank. Otherwise the reason. (grub-core/script/execute.c
// expands wildcards, lib/cmdline.c adds backslashes.).
Status grub_carries(std::string_view word);

// The command that sets our arguments in bootc (2026 and later). `line` has all of them; empty for
// none.
std::string bootc_command_for(std::string_view line);

}  // namespace vfirst
