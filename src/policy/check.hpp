// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Checks that concern more than one key. For src/policy.

#include "policy/policy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// To be called after file `name` was read into `policy`. Of two keys that say the same thing, the
// one of the later file wins; in one file they are refused.
Status check_file(Policy& policy, std::string_view name);
// Checks the merged policy. `elsewhere`: PFs of files that are for other machines. Their [vf]
// sections are dropped here.
Status check_policy(Policy& policy, const std::vector<std::string>& elsewhere);

}  // namespace vfirst
