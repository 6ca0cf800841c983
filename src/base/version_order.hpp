// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The order of versions.

#include <string_view>

namespace vfirst {

// By the rules of the UAPI version format specification, which systemd-boot follows: below 0 where
// `a` is the older one, 0 where they are the same version, above 0 where `a` is the newer one.
int compare_versions(std::string_view a, std::string_view b);

}  // namespace vfirst
