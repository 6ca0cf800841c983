// SPDX-License-Identifier: GPL-2.0-or-later
// Idle states: a bound for the whole host by argument, or for the isolated CPUs at run time.
#include "plan/draft.hpp"

#include <algorithm>

namespace vfirst {

Status plan_power(Draft& draft) {
  const auto& wish = draft.policy.power.max_cstate;
  if (!wish || !wish->value) return {};
  const auto deepest = *wish->value;
  // processor.max_cstate=0 means 1 (drivers/acpi/processor_idle.c), so 1 is written.
  const auto acpi = std::max(deepest, 1u);
  if (!draft.x86()) {
    draft.add_finding(
        Severity::note, "cstate-no-argument", Subject::key("power.max-cstate"),
        "max-cstate: this architecture has no kernel argument for it; isolated-latency-us works "
        "everywhere",
        {wish->from});
    return {};
  }
  std::vector<KernelArg> asked;
  if (draft.facts.cpu.vendor == "intel") {
    // intel_idle.max_cstate=0 switches intel_idle off, and acpi_idle may then go deeper than
    // before: hence the pair.
    asked.push_back(draft.arg(
        "intel_idle.max_cstate", std::to_string(deepest),
        deepest == 0 ? "turns the intel_idle driver off"
                     : fmt::format("no idle state deeper than C{}", deepest),
        wish->from));
    asked.push_back(draft.arg(
        "processor.max_cstate", std::to_string(acpi),
        deepest == 0 ? "limits acpi_idle, which replaces intel_idle, to C1"
                     : "the same limit if acpi_idle runs instead",
        wish->from));
  } else {
    asked.push_back(draft.arg(
        "processor.max_cstate", std::to_string(acpi),
        fmt::format("no idle state deeper than C{}; intel_idle is not used here", acpi),
        wish->from));
  }
  draft.expect(WantMaxCstate{acpi}, asked, wish->from);
  return {};
}

void limit_idle(Draft& draft) {
  const auto& wish = draft.policy.power.isolated_latency_us;
  if (!wish || draft.plan.role == Role::guest) return;
  if (draft.plan.isolated.empty()) {
    draft.add_finding(
        Severity::warning, "latency-without-isolated", Subject::key("power.isolated-latency-us"),
        "isolated-latency-us has no effect: no CPU is isolated", {wish->from});
    return;
  }
  draft.step(
      LimitIdleLatency{draft.plan.isolated, wish->value},
      "limits the wake-up time of guests' CPUs; set at run time, so it can be undone", wish->from,
      {}, false);
}

}  // namespace vfirst
