// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Carries the steps out: in the order of their `after`, each PF in a lane of its own, all within
// one deadline.

#include "plan/plan.hpp"
#include "steps/apply.hpp"

#include <functional>
#include <string>
#include <vector>

namespace vfirst {

struct StepResult {
  // describe(action)
  std::string text;
  StepState state = StepState::skipped;
  std::string wanted{}, got{};
  int error = 0;
  std::string cause{};
  unsigned writes = 0;
  // waiting for its turn not counted
  double ms = 0;
  bool required = true;
  std::optional<PciAddress> pf{};
};

// A step that fails blocks only what needs it. A write that the kernel never answers (a sick
// driver, a guest that holds a VF) is left behind in its lane when the time is up, and the run
// returns without it: `abandoned` says so, and the process must then end without waiting for its
// threads.
struct RunReport {
  // as in the plan
  std::vector<StepResult> steps;
  bool abandoned = false;
};

// called from any lane, one at a time
using Progress = std::function<void(const StepResult&)>;

// `machine` and what it refers to must outlive the process where the report says `abandoned`.
RunReport run_steps(
    const std::vector<Step>& steps, const Machine& machine, Events::Time budget,
    const Progress& progress = {});

}  // namespace vfirst
