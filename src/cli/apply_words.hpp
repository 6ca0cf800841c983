// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What apply says of its outcome: the result on stdout, the words on stderr.

#include "bootloader/apply.hpp"
#include "cli/command.hpp"
#include "plan/plan.hpp"

#include <string>

namespace vfirst {

// The difference as text, or one JSON document; `hash` is the plan's. Then, on stderr, what that
// means: which of the plan's arguments the next boot's kernel would pass over as well.
void report_outcome(
    const ApplyOutcome& outcome, const Options& options, const std::string& hash,
    const Facts& facts, const Plan& plan);

}  // namespace vfirst
