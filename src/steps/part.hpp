// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The part of a plan that one event asks for: a PF whose driver came back, a port that came up.

#include "plan/plan.hpp"

namespace vfirst {

struct Part {
  enum class What {
    // the PF from its driver on, and what the host has for it (modules)
    all,
    // queues, coalescing and interrupts of a PF that has its VFs
    tuning,
    // interrupts alone
    irqs,
  } what = What::all;
  // empty: every PF of the plan
  std::vector<PciAddress> devices;
  bool whole() const { return what == What::all && devices.empty(); }
};

// In the plan's order. What a step waits for and is not in the part is taken to be over: that is
// what the event says.
std::vector<Step> part_of(const std::vector<Step>& steps, const Part& part);

}  // namespace vfirst
