// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Carries the steps out: in the order of their `after`, each PF in a thread of its own, all within
// one deadline.

#include "plan/plan.hpp"
#include "steps/apply.hpp"

#include <functional>
#include <string>
#include <vector>

namespace vfirst {

struct StepResult {
  // Which action it is.
  ActionId id{};
  // describe(action)
  std::string text;
  StepState state = StepState::skipped;
  std::string wanted{}, got{};
  int error = 0;
  std::string cause{};
  // As Outcome::reason.
  std::string reason{};
  // Skipped because this action failed.
  std::optional<ActionId> blocked_by{};
  unsigned writes = 0;
  // Without the time that it waited for its turn.
  double ms = 0;
  bool required = true;
  std::optional<PciAddress> pf{};
};

// A step that fails blocks only what needs it. A write from which the kernel never returns (a sick
// driver, a guest that holds a VF) keeps its thread. When the time is up, the run returns without
// that thread: `abandoned` is then true, and the process must end without waiting for its threads.
struct RunReport {
  // As in the plan.
  std::vector<StepResult> steps;
  bool abandoned = false;
};

// Called from any thread, by one at a time.
using Progress = std::function<void(const StepResult&)>;

// `machine` and what it refers to must outlive the process where the report says `abandoned`.
RunReport run_steps(
    const std::vector<Step>& steps, const Machine& machine, Events::Time budget,
    const Progress& progress = {});

}  // namespace vfirst
