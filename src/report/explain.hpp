// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Why: everything that is known of one kernel argument or one PCI function.

#include "plan/plan.hpp"

#include <string>

namespace vfirst {

// `subject`: a kernel argument's name (with or without "=value"), or a PCI address, VFs that do not
// exist yet included. Refused where it is neither, with the nearest argument that we know.
Result<std::string> explain_text(const std::string& subject, const Plan& plan, const Facts& facts);
// schema vfirst.explain/1
Result<std::string> explain_json(const std::string& subject, const Plan& plan, const Facts& facts);

}  // namespace vfirst
