// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The kernel's own words.

#include "host/root.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// Every message of the kernel's log that is still in its ring, oldest first, without prefix and
// timestamp. In a captured tree dev/kmsg is a plain file of the same records, or of dmesg's lines.
// Our own line in it (vfirst boot) is left out. `least`: up to this level
// (include/linux/kern_levels.h).
inline constexpr unsigned kKernelWarning = 4, kKernelDebug = 7;
std::vector<std::string> kernel_log(const Root& root, unsigned least = kKernelDebug);

// The newest message that contains every one of `parts`; nothing where there is none.
std::optional<std::string> newest(
    const std::vector<std::string>& log, std::initializer_list<std::string_view> parts);

}  // namespace vfirst
