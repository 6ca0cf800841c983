// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What apply says of its outcome: the result on stdout, the words on stderr.

#include "bootloader/apply.hpp"
#include "cli/command.hpp"

#include <string>

namespace vfirst {

// The difference as text, or one JSON document; `hash` is the plan's.
void print_outcome(const ApplyOutcome& outcome, const Options& options, const std::string& hash);
void explain_outcome(const ApplyOutcome& outcome, const Options& options);

}  // namespace vfirst
