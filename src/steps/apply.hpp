// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The two verbs of every action. apply reads first and writes only the difference, so a second
// apply writes nothing.

#include "plan/action.hpp"
#include "steps/machine.hpp"
#include "steps/outcome.hpp"

namespace vfirst {

Outcome apply(const Action& action, const Machine& machine);
Observation verify(const Action& action, const Machine& machine);

// Of an action that waits for a device: should it be tried again after this event?
bool may_go_on(const Action& action, const Machine& machine);

}  // namespace vfirst
