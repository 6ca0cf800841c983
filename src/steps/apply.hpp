// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The two verbs of every action. apply reads first and writes only the difference, so a second one
// writes nothing.

#include "plan/action.hpp"
#include "steps/machine.hpp"
#include "steps/outcome.hpp"

namespace vfirst {

Outcome apply(const Action& action, const Machine& machine);
Observation verify(const Action& action, const Machine& machine);

// The PF whose state the action touches; none for what concerns the whole host.
std::optional<PciAddress> pf_of(const Action& action);
// Of an action that waits for a device: is it worth another try, after this event?
bool may_go_on(const Action& action, const Machine& machine);
// Does its failure make the steps after it pointless? A VF without its coalescing is still a VF.
bool blocks_dependants(const Action& action);

}  // namespace vfirst
