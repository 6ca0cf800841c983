// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What stands in a section's header besides its kind, and sections whose keys are not in a table.
// For src/policy.

#include "policy/policy.hpp"

#include <string_view>
#include <utility>

namespace vfirst {

// Letters, digits, '_', '.' and '-'.
bool is_section_name(std::string_view name);

// "0-3", or "2": the first and the last VF.
Result<std::pair<unsigned, unsigned>> vf_range(std::string_view text);

// The policy's section of this module, new where it has none. '-' and '_' are the same letter.
ModulePolicy& module_section(Policy& policy, std::string_view name, const Origin& from);

// Refuses what is no parameter, and a parameter that another key computes.
Status set_parameter(
    ModulePolicy& module, std::string_view key, std::string_view value, const Origin& from);

}  // namespace vfirst
