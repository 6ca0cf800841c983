// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Idle states by the names that drivers give them.

#include <string_view>

namespace vfirst {

// The C-number of a name: "POLL" 0, "C1", "C1E" and "C1_ACPI" 1, "C6" 6, "C10" 10. 1 for a name
// without one: ARM's "WFI" only halts.
unsigned cstate_number(std::string_view name);

}  // namespace vfirst
