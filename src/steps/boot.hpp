// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One `vfirst boot`: the gates, the steps, and the record of what came of them.

#include "host/files.hpp"
#include "host/own_paths.hpp"
#include "plan/plan.hpp"
#include "steps/runner.hpp"

namespace vfirst {

struct BootReport {
  // "initrd" or "root".
  std::string phase;
  std::string plan_hash;
  // What 0.1.0 would call that plan (plan/legacy.hpp).
  std::string legacy_hash{};
  // The closed gate's reason; "" where the steps were run.
  std::string skipped;
  std::vector<StepResult> steps;
  bool abandoned = false;
  // Since switching on (CLOCK_BOOTTIME).
  double started_s = 0, finished_s = 0;

  unsigned writes() const;
  unsigned count(StepState) const;
  // Every required step holds, or waits for a later event.
  bool complete() const;
  // Is this stored hash the plan's, by its name of today or by that of 0.1.0?
  bool is_of_plan(std::string_view stored) const;
  // One line: "31 steps: 24 done, 7 unchanged; 24 writes in 1.204 s".
  std::string summary() const;
};

// Never fails: what goes wrong is in the report. `budget`: for everything.
BootReport boot(
    const Plan& plan, const Machine& machine, Events::Time budget, const Progress& progress = {});

// Leaves the files alone when this run found everything as it was and they already say so: a second
// run writes nothing.
Status record(const BootReport& report, Files& files);
std::string to_json(const BootReport& report);

struct Ready {
  // When the last required step held for the first time.
  double at_s = 0;
  std::string phase, plan_hash;
};
std::optional<Ready> read_ready(const Root& root);
std::optional<Ready> parse_ready(std::string_view text);

}  // namespace vfirst
