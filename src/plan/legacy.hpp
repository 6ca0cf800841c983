// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What vfirst 0.1.0 called a plan and its steps. It named both by English sentences and left these
// names on disk and on the kernel command line: a host that updates its package while a trial is
// armed still has them. Frozen: nothing here follows a change of describe().

#include "plan/plan.hpp"

#include <string>

namespace vfirst::legacy {

// The step's text in result.json and initrd.json of 0.1.0; "" for an action that 0.1.0 did not
// have.
std::string describe(const Action&);

// What 0.1.0 wrote as vfirst.trial=HASH, into slots, entries, stamps and run/vfirst; "" for a plan
// with an action that 0.1.0 did not have.
std::string hash(const Plan&);

}  // namespace vfirst::legacy
