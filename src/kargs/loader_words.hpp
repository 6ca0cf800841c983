// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What boot loaders and their tools make of an argument, wherever it comes from: a file of the host
// or an export.

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace vfirst {

// GRUB takes this one argument from a variable as it stands: printable ASCII without a quote, a
// backslash, a wildcard or a blank. Else the reason. (grub-core/script/execute.c expands wildcards;
// lib/cmdline.c writes backslashes of its own.)
Status grub_carries(std::string_view word);

// What gives bootc (2026 and later) the arguments under our name; `line` is the whole of them,
// empty for none.
std::string bootc_command_for(std::string_view line);

}  // namespace vfirst
