// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/plan.hpp"

#include "plan/draft.hpp"

#include <algorithm>

namespace vfirst {

namespace {

Result<Kernel> target_kernel(const Facts& facts, const std::string& release) {
  if (release.empty()) {
    if (!facts.kernels.empty()) return facts.kernels.front();
    return Kernel{};
  }
  for (const auto& kernel : facts.kernels)
    if (kernel.release == release) return kernel;
  Kernel kernel;
  kernel.release = release;
  kernel.version = KernelVersion::of(release);
  if (kernel.version == KernelVersion{})
    return refuse("kernel release '{}': no version number in it", release);
  return kernel;
}

bool in_order(const Facts& facts) {
  return std::ranges::is_sorted(facts.cpu.cpus, {}, &Cpu::id) &&
         std::ranges::is_sorted(facts.numa, {}, &NumaNode::id) &&
         std::ranges::is_sorted(facts.pci, {}, &PciFunction::address);
}

Facts ordered(Facts facts) {
  std::ranges::sort(facts.cpu.cpus, {}, &Cpu::id);
  std::ranges::sort(facts.numa, {}, &NumaNode::id);
  std::ranges::sort(facts.pci, {}, &PciFunction::address);
  return facts;
}

}  // namespace

Arguments Plan::arguments() const {
  return std::vector<KernelArg>(kargs.begin(), kargs.end());
}

std::string Plan::cmdline() const {
  return arguments().str();
}

Result<Plan> make_plan(
    const Facts& facts, const Policy& policy, const std::string& release, StepsAt when) {
  if (!in_order(facts)) return make_plan(ordered(facts), policy, release, when);
  auto kernel = VFIRST_TRY(target_kernel(facts, release));
  auto next = next_machine(facts, policy, kernel);
  Draft draft{facts, policy, std::move(kernel), !release.empty(), {}, {}, std::move(next), {}};
  if (when == StepsAt::now)
    if (const auto runs = std::ranges::find(facts.kernels, true, &Kernel::running);
        runs != facts.kernels.end())
      draft.steps_kernel = &*runs;
  draft.plan.fingerprint = facts.fingerprint();
  draft.plan.timeout_s = value_or(policy.boot.timeout_s, 60u);
  draft.plan.role = value_or(policy.boot.role, Role::host);

  VFIRST_CHECK(choose_pfs(draft));
  VFIRST_CHECK(partition_cpus(draft));
  if (draft.plan.role == Role::host) {
    VFIRST_CHECK(plan_iommu(draft));
    VFIRST_CHECK(plan_hugepages(draft));
    VFIRST_CHECK(plan_isolation(draft));
    VFIRST_CHECK(plan_power(draft));
    VFIRST_CHECK(plan_frequency(draft));
    VFIRST_CHECK(plan_modules(draft));
    VFIRST_CHECK(plan_kernel(draft));
  }
  VFIRST_CHECK(plan_irqs(draft));
  VFIRST_CHECK(plan_sriov(draft));
  VFIRST_CHECK(plan_migration(draft));
  limit_idle(draft);
  VFIRST_CHECK(check_cmdline(draft));
  add_findings(draft);

  std::ranges::stable_sort(draft.plan.findings, [](const Finding& a, const Finding& b) {
    return a.severity > b.severity;
  });
  const auto same = std::ranges::unique(draft.plan.findings);
  draft.plan.findings.erase(same.begin(), same.end());
  return std::move(draft.plan);
}

}  // namespace vfirst
