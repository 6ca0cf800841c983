// SPDX-License-Identifier: GPL-2.0-or-later
// What each installed kernel would make of the plan: missing options and modules.
#include "plan/draft.hpp"

namespace vfirst {

void kernel_findings(Draft&) {}

}  // namespace vfirst
