// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A function's MSI vectors, with the numbers that a caller counts with.

#include "plan/action.hpp"
#include "steps/machine.hpp"
#include "steps/outcome.hpp"

namespace vfirst::steps {

struct Pinned {
  Outcome outcome;
  // That the function has, and those of them that are on the CPU where they belong.
  unsigned vectors = 0, pinned = 0;
};
Pinned pin_irqs(const PinIrqs&, const Machine&);

}  // namespace vfirst::steps
