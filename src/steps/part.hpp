// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The part of a plan that one event asks for: a PF whose driver came back, a port that came up.

#include "plan/plan.hpp"

namespace vfirst {

struct Part {
  enum class What {
    // All of a PF, and what it needs of the host (modules).
    all,
    // Queues, coalescing and interrupts of a PF that has its VFs.
    tuning,
    // Interrupts only.
    irqs,
  } what = What::all;
  // Empty: every PF of the plan.
  std::vector<PciAddress> devices;
  bool whole() const { return what == What::all && devices.empty(); }
};

// In the plan's order. Where a step waits for one that is not in the part, that one counts as done:
// the event says so.
std::vector<Step> part_of(const std::vector<Step>& steps, const Part& part);

}  // namespace vfirst
