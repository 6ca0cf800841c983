// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Explains one kernel argument or one PCI function: everything that vfirst knows about it.

#include "plan/plan.hpp"

#include <string>

namespace vfirst {

// `subject`: the name of a kernel argument (with or without "=value") or a PCI address, also that
// of a planned VF that does not exist yet. Anything else is refused, with the nearest known
// argument.
Result<std::string> explain_text(const std::string& subject, const Plan& plan, const Facts& facts);
// Schema vfirst.explain/1.
Result<std::string> explain_json(const std::string& subject, const Plan& plan, const Facts& facts);

}  // namespace vfirst
