// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The messages in the kernel's log.

#include "host/root.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// Every message that is still in the kernel's ring, the oldest first, without prefix and timestamp.
// In a captured tree dev/kmsg is a plain file of the same records, or of dmesg's lines. The line
// that vfirst boot writes there is left out, and so is what is less urgent than the level `least`
// (include/linux/kern_levels.h).
inline constexpr unsigned kKernelWarning = 4, kKernelDebug = 7;
std::vector<std::string> kernel_log(const Root& root, unsigned least = kKernelDebug);

// The newest message that contains all of `parts`; nothing where there is none.
std::optional<std::string> newest(
    const std::vector<std::string>& log, std::initializer_list<std::string_view> parts);

}  // namespace vfirst
