// SPDX-License-Identifier: GPL-2.0-or-later
// The arguments that keep the host's work away from the guests' CPUs.
#include "kargs/kernel_features.hpp"
#include "plan/draft.hpp"

namespace vfirst {

namespace {

// The flags came with 5.6; an older kernel takes "managed_irq" for a bad list and isolates nothing.
// Red Hat's have them earlier.
bool flags_known(Draft& draft) {
  const auto known = isolcpus_flags_supported(draft.kernel.version);
  if (known == Support::yes) return true;
  draft.add_finding(
      Severity::warning, "isolcpus-no-flags", Subject::argument("isolcpus"),
      fmt::format(
          "kernel {} {} isolcpus=managed_irq: storage interrupts may reach isolated CPUs",
          draft.kernel.release,
          known == Support::no ? "is older than 5.6 and does not know" : "is not known to have"),
      {}, {Subject::kernel(draft.kernel.release)});
  return false;
}

// The scheduler's domains stay as they are, so that guests that are not pinned move between all of
// their CPUs. Without flags isolcpus= means `domain`, so an old kernel gets none.
void balanced_isolcpus(Draft& draft, const std::string& list, const Origin& from) {
  std::vector<KernelArg> asked;
  if (flags_known(draft))
    asked.push_back(draft.arg(
        "isolcpus", "managed_irq," + list,
        fmt::format(
            "keeps storage interrupts on {}; the scheduler still spreads guests over the others",
            draft.plan.reserved.list()),
        from));
  draft.expect(WantIsolated{}, std::move(asked), from);
}

// What nohz_full= moved away and moves no more: kernel threads since 7.0, unbound work since 7.1
// (kernel/sched/isolation.c, kernel/workqueue.c; seen on booted kernels). isolcpus=domain moves
// both.
void late_kernels(Draft& draft, const CpuSet& host, const Origin& from) {
  const auto at_least = [&](const Kernel& kernel, KernelVersion version) {
    return kernel.version.known() && !(kernel.version < version);
  };
  for (const auto* kernel : draft.target_kernels())
    if (at_least(*kernel, {7, 0}))
      draft.add_finding(
          Severity::note, "balanced-kernel-threads", Subject::kernel(kernel->release),
          fmt::format(
              "kernel {}: from Linux 7.0 on only isolcpus=domain, which isolate = balanced leaves "
              "out, keeps kernel threads away from the guests' CPUs; a cpuset partition can do "
              "that "
              "at run time",
              kernel->release),
          {from}, {Subject::argument("isolcpus")});
  if (!at_least(draft.kernel, {7, 1})) return;
  const auto unbound = draft.arg(
      "workqueue.unbound_cpus", host.list(),
      "keeps the kernel's unbound work away from the guests' CPUs, which nohz_full does up to 7.0",
      from);
  draft.expect(WantWorkCpus{host}, {unbound}, from);
}

}  // namespace

// One literal list everywhere: up to Linux 5.17 isolcpus= and nohz_full= must be the same, else the
// second is dropped (kernel/sched/isolation.c), and later kernels take it as well. irqaffinity= has
// the CPUs that may be plugged in later, too, so that they take interrupts.
Status plan_isolation(Draft& draft) {
  const auto& isolated = draft.plan.isolated;
  const auto& wish = draft.policy.cpu;
  if (const auto& skew = wish.skew_tick; skew && skew->value) {
    const auto arg = draft.arg(
        "skew_tick", "1",
        "the ticks of the CPUs come at different moments, so that they do not wait for each other",
        skew->from);
    draft.expect(WantArg{arg}, {arg}, skew->from);
  }
  if (isolated.empty()) return {};
  const auto from = wish.isolate->from;
  const auto list = isolated.list();
  if (draft.plan.balanced) {
    balanced_isolcpus(draft, list, from);
  } else {
    const std::string flags = flags_known(draft) ? "managed_irq,domain," : "";
    const auto isolcpus = draft.arg(
        "isolcpus", flags + list,
        fmt::format(
            "for pinned guests; everything that is not pinned runs on {}",
            draft.plan.reserved.list()),
        from);
    draft.expect(WantIsolated{isolated}, {isolcpus}, from);
  }
  const auto nohz_full = draft.arg(
      "nohz_full", list,
      draft.plan.balanced
          ? "stops the timer tick while one task runs"
          : "stops the timer tick while one task runs; must equal isolcpus on kernels before 5.18",
      from);
  draft.arg("rcu_nocbs", list, "moves RCU callbacks to the host's CPUs", from);

  const auto host = draft.next.interrupt_cpus(isolated);
  const auto irqaffinity = draft.arg(
      "irqaffinity", host.list(), "sends new interrupts to every possible CPU that is not isolated",
      from);
  draft.expect(WantNohzFull{isolated}, {nohz_full}, from);
  draft.expect(WantIrqAffinity{host}, {irqaffinity}, from);
  if (draft.plan.balanced) late_kernels(draft, host, from);
  return {};
}

}  // namespace vfirst
