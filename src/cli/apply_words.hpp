// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What apply says of its outcome: the result on stdout, the words on stderr.

#include "bootloader/apply.hpp"
#include "cli/command.hpp"
#include "kargs/simulate.hpp"

#include <string>
#include <vector>

namespace vfirst {

// The difference as text, or one JSON document; `hash` is the plan's.
// `lost` are those of its arguments that the next boot's kernel would pass over.
void print_outcome(
    const ApplyOutcome& outcome, const Options& options, const std::string& hash,
    const std::vector<ArgumentVerdict>& lost);
void explain_outcome(
    const ApplyOutcome& outcome, const Options& options, const std::vector<ArgumentVerdict>& lost);

}  // namespace vfirst
