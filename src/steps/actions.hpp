// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// apply and verify of each action; one noun a file beside this one.

#include "plan/action.hpp"
#include "steps/machine.hpp"
#include "steps/outcome.hpp"

namespace vfirst::steps {

Outcome apply(const LoadModule&, const Machine&);
Outcome apply(const SetDefaultIrqAffinity&, const Machine&);
Outcome apply(const AwaitDriver&, const Machine&);
Outcome apply(const BringUp&, const Machine&);
Outcome apply(const SetEswitch&, const Machine&);
Outcome apply(const CreateVfs&, const Machine&);
Outcome apply(const SetVfAttributes&, const Machine&);
Outcome apply(const SetVfVectors&, const Machine&);
Outcome apply(const BindDriver&, const Machine&);
Outcome apply(const SetCoalescing&, const Machine&);
Outcome apply(const SetQueues&, const Machine&);
Outcome apply(const PinIrqs&, const Machine&);
Outcome apply(const LimitIdleLatency&, const Machine&);

Observation verify(const LoadModule&, const Machine&);
Observation verify(const SetDefaultIrqAffinity&, const Machine&);
Observation verify(const AwaitDriver&, const Machine&);
Observation verify(const BringUp&, const Machine&);
Observation verify(const SetEswitch&, const Machine&);
Observation verify(const CreateVfs&, const Machine&);
Observation verify(const SetVfAttributes&, const Machine&);
Observation verify(const SetVfVectors&, const Machine&);
Observation verify(const BindDriver&, const Machine&);
Observation verify(const SetCoalescing&, const Machine&);
Observation verify(const SetQueues&, const Machine&);
Observation verify(const PinIrqs&, const Machine&);
Observation verify(const LimitIdleLatency&, const Machine&);

}  // namespace vfirst::steps
