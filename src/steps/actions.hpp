// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What is done for each action, apply and verify: one noun a file beside this one. An action
// without them does not link.

#include "plan/action.hpp"
#include "steps/machine.hpp"
#include "steps/outcome.hpp"

namespace vfirst::steps {

#define VFIRST_VERBS(action)                    \
  Outcome apply(const action&, const Machine&); \
  Observation verify(const action&, const Machine&);
VFIRST_ACTIONS(VFIRST_VERBS, VFIRST_VERBS)
#undef VFIRST_VERBS

}  // namespace vfirst::steps
