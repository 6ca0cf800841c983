// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The patterns that select systemd-boot's entries.

#include <string_view>

namespace vfirst {

// Whether the whole text matches: *, ?, sets and ranges in brackets, and a backslash before what is
// to be taken as it is (src/boot/efi-string.c, efi_fnmatch). Case matters.
bool efi_pattern_matches(std::string_view pattern, std::string_view text);

}  // namespace vfirst
