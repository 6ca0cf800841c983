// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What keys must be to each other. For src/policy.

#include "policy/policy.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// After file `name` was read into `policy`: of two ways to say one thing the later file's wins, in
// one file they clash.
Status check_file(Policy& policy, std::string_view name);
// The merged whole. `elsewhere`: PFs that files for other machines describe; their [vf] sections
// are left out here.
Status check_policy(Policy& policy, const std::vector<std::string>& elsewhere);

}  // namespace vfirst
