// SPDX-License-Identifier: GPL-2.0-or-later
// Findings about planned arguments that a kernel would ignore, in whole or in part, and about
// kernels that would not boot with the planned line.
#include "base/words.hpp"
#include "plan/draft.hpp"
#include "plan/simulated.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// One planned argument, the same for all kernels that make the same of it.
struct Lost {
  std::size_t at = 0;
  Effect effect = Effect::ignored;
  std::string rule;
  std::vector<std::string> kernels;
};

std::string kernel_words(const std::vector<std::string>& releases) {
  if (releases.size() == 1 && releases.front().empty()) return "the kernel";
  return fmt::format(
      "{} {}", releases.size() == 1 ? "kernel" : "kernels", joined_with("and", releases));
}

// Another topic has said already that this kernel does not follow the argument, and why.
bool said(const Draft& draft, const PlannedArg& arg, const std::string& release) {
  return std::ranges::any_of(draft.plan.findings, [&](const Finding& one) {
    if (!one.is_about(Subject::argument(arg.key)) && !one.is_about(Subject::argument(arg.raw)))
      return false;
    if (one.code == kForeignArgument || one.code == "hugepages-cma") return true;
    return (one.code == "kernel-config" || one.code == "kernel-too-old" ||
            one.code == "hugepages-old-kernel" || one.code == "hugepages-levelled") &&
           one.is_about(Subject::kernel(release));
  });
}

void collect(
    const Draft& draft, const Kernel& kernel, const CommandLine& line, std::vector<Lost>& out) {
  const auto machine = simulated_machine(draft.facts, kernel.release);
  const auto ours = draft.plan.arguments().list();
  std::vector<bool> used(ours.size());
  for (const auto& verdict : not_effective(line, ours, machine)) {
    std::size_t at = 0;
    while (at < ours.size() &&
           (used[at] || !ours[at].is(verdict.arg.key) || ours[at].value != verdict.arg.value))
      ++at;
    if (at == ours.size()) continue;
    used[at] = true;
    if (said(draft, draft.plan.kargs[at], kernel.release)) continue;
    const auto same = std::ranges::find_if(out, [&](const Lost& one) {
      return one.at == at && one.effect == verdict.effect && one.rule == verdict.rule;
    });
    if (same == out.end())
      out.push_back({at, verdict.effect, verdict.rule, {kernel.release}});
    else
      same->kernels.push_back(kernel.release);
  }
}

}  // namespace

void effect_findings(Draft& draft) {
  if (draft.plan.kargs.empty()) return;
  const auto line = planned_line(draft.facts, draft.plan);
  std::vector<Lost> lost;
  for (const auto* kernel : draft.target_kernels()) {
    collect(draft, *kernel, line, lost);
    // check_cmdline() has refused the plan where its own kernel does not boot.
    if (kernel == &draft.kernel) continue;
    const auto seen = boots(line, simulated_machine(draft.facts, kernel->release));
    if (!seen)
      draft.add_finding(
          Severity::error, "kernel-does-not-boot", Subject::kernel(kernel->release),
          fmt::format(
              "kernel {} would not boot with these arguments: {}", kernel->release,
              seen.error().what));
  }
  std::ranges::stable_sort(lost, {}, &Lost::at);
  for (const auto& one : lost) {
    const auto& arg = draft.plan.kargs[one.at];
    std::vector<Subject> kernels;
    for (const auto& release : one.kernels)
      if (!release.empty()) kernels.push_back(Subject::kernel(release));
    draft.add_finding(
        Severity::warning, one.effect == Effect::partial ? "argument-in-part" : "argument-ignored",
        Subject::argument(arg.raw),
        fmt::format(
            "{} would {} {}: {}", kernel_words(one.kernels),
            one.effect == Effect::partial ? "follow only a part of" : "ignore", arg.raw, one.rule),
        {arg.policy}, std::move(kernels));
  }
}

}  // namespace vfirst
