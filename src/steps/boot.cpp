// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/boot.hpp"

#include "base/words.hpp"
#include "plan/legacy.hpp"
#include "steps/gates.hpp"

#include <algorithm>

namespace vfirst {

unsigned BootReport::writes() const {
  unsigned n = 0;
  for (const auto& step : steps)
    n += step.writes;
  return n;
}

unsigned BootReport::count(StepState state) const {
  return static_cast<unsigned>(std::ranges::count(steps, state, &StepResult::state));
}

bool BootReport::complete() const {
  return skipped.empty() && std::ranges::none_of(steps, [](const StepResult& step) {
           return step.required &&
                  (step.state == StepState::failed || step.state == StepState::skipped);
         });
}

bool BootReport::is_of_plan(std::string_view stored) const {
  return stored == plan_hash || (!legacy_hash.empty() && stored == legacy_hash);
}

std::string BootReport::summary() const {
  if (!skipped.empty()) return "skipped: " + skipped;
  std::string parts;
  for (const auto state :
       {StepState::done, StepState::unchanged, StepState::deferred, StepState::failed,
        StepState::skipped})
    if (const auto n = count(state))
      append_to_list(parts, fmt::format("{} {}", n, state_name(state)));
  return fmt::format(
      "{}{}{}; {} in {:.3f} s", plural(steps.size(), "step"), parts.empty() ? "" : ": ", parts,
      plural(writes(), "write"), finished_s - started_s);
}

namespace {
double seconds(Events::Time at) {
  return static_cast<double>(at.count()) / 1e6;
}
}  // namespace

BootReport boot(
    const Plan& plan, const Machine& machine, Events::Time budget, const Progress& progress) {
  BootReport report;
  report.phase = machine.initramfs ? "initrd" : "root";
  report.plan_hash = plan.hash();
  report.legacy_hash = legacy::hash(plan);
  report.started_s = seconds(machine.events.now());
  if (auto reason = closed_gate(machine.root, plan.fingerprint)) {
    report.skipped = sentence(*reason);
  } else {
    auto run = run_steps(plan.steps, machine, budget, progress);
    report.steps = std::move(run.steps);
    report.abandoned = run.abandoned;
  }
  report.finished_s = seconds(machine.events.now());
  return report;
}

}  // namespace vfirst
