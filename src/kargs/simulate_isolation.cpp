// SPDX-License-Identifier: GPL-2.0-or-later
// isolcpus=, nohz_full=, rcu_nocbs=, irqaffinity=: kernel/sched/isolation.c,
// kernel/time/tick-sched.c, kernel/rcu/tree_nocb.h, kernel/irq/irqdesc.c.
#include "kargs/cpulist.hpp"
#include "kargs/isolcpus.hpp"
#include "kargs/kernel_features.hpp"
#include "kargs/simulate_topic.hpp"

#include "base/text.hpp"
#include "base/words.hpp"

#include <algorithm>

namespace vfirst::simulated {

namespace {

constexpr auto kBadRange = "Housekeeping: nohz_full= or isolcpus= incorrect CPU range";
constexpr auto kMustMatch = "Housekeeping: nohz_full= must match isolcpus=";

std::string named(const CpuSet& cpus) {
  return cpus.empty() ? "no CPU" : cpus.list();
}

// Has the list a word of which it is not known whether this kernel takes it?
bool unclear(std::string_view list, KernelVersion kernel) {
  return (cpulist_last_supported(kernel) == Support::not_known && list.contains('N')) ||
         (cpulist_all_supported(kernel) == Support::not_known && lowered(list).contains("all"));
}

Answer not_judged(std::string does) {
  return {
      true,
      Effect::not_judged,
      std::move(does),
      "it is not known which of Red Hat's kernels have this from a later version",
      {}};
}

}  // namespace

Result<CpuSet> kernel_list(std::string_view text, unsigned nr_cpu_ids, KernelVersion kernel) {
  if (cpulist_last_supported(kernel) == Support::no && text.find('N') != std::string_view::npos)
    return refuse("{}: kernels before 5.12 do not know N in a list", text);
  if (cpulist_all_supported(kernel) == Support::no &&
      lowered(text).find("all") != std::string::npos)
    return refuse("{}: kernels before 5.13 do not know 'all' in a list", text);
  return parse_kernel_list(text, nr_cpu_ids);
}

Isolation::Isolation(const SimulatedMachine& machine, unsigned max_cpus)
    : machine_(machine),
      nr_cpu_ids_(machine.possible.empty() ? 1 : *machine.possible.last() + 1),
      max_cpus_(max_cpus) {}

std::optional<Answer> Isolation::read(const KernelArg& arg) {
  const auto& off = machine_.options_off;
  const bool ours =
      arg.is("isolcpus") || arg.is("nohz_full") || arg.is("irqaffinity") || arg.is("rcu_nocbs");
  if (ours && arg.value && unclear(*arg.value, machine_.kernel))
    return not_judged("a list with N or all, if this kernel takes it");
  if (arg.is("isolcpus") && arg.value && !off.contains("CONFIG_CPU_ISOLATION"))
    return isolcpus(*arg.value);
  if (arg.is("nohz_full") && arg.value && !off.contains("CONFIG_CPU_ISOLATION"))
    return nohz_full(*arg.value);
  if (arg.is("irqaffinity") && arg.value) return irqaffinity(*arg.value);
  if (arg.is("rcu_nocbs") && !off.contains("CONFIG_RCU_NOCB_CPU")) return rcu_nocbs(arg);
  return std::nullopt;
}

Answer Isolation::isolcpus(std::string_view value) {
  const auto split = split_isolcpus(value);
  Answer answer;
  const bool unknown = !split.unknown.empty() || !split.invalid.empty();
  const auto managed = isolcpus_flags_supported(machine_.kernel);
  const auto skips = isolcpus_skips_flags(machine_.kernel);
  if ((split.managed_irq && managed == Support::no) || (unknown && skips == Support::no))
    return {
        false, Effect::ignored, "isolates no CPU",
        managed == Support::no
            ? "before 5.6 the kernel drops the whole argument for a flag other than nohz and domain"
            : "this kernel drops the whole argument for a flag that it does not know",
        "isolcpus: Error, unknown flag"};
  if ((split.managed_irq && managed != Support::yes) || (unknown && skips != Support::yes))
    return not_judged("isolates CPUs if this kernel takes the flags");
  for (const auto& flag : split.unknown)
    append_to_list(answer.message, fmt::format("isolcpus: Skipped unknown flag {}", flag), "\n");
  if (!split.invalid.empty()) {
    append_to_list(answer.message, fmt::format("isolcpus: Invalid flag {}", split.invalid), "\n");
    return {
        false, Effect::ignored, "isolates no CPU",
        "a flag has letters and _ only; with another character the kernel drops the whole argument",
        answer.message};
  }
  if (!split.unknown.empty())
    answer.effect = Effect::partial, answer.rule = "the kernel skips a flag that it does not know";
  unsigned kinds = 0;
  if (split.nohz) kinds |= tick;
  if (split.domain) kinds |= domain;
  if (split.managed_irq) kinds |= managed_irq;
  return setup(split.list, kinds, std::move(answer));
}

Answer Isolation::nohz_full(std::string_view value) {
  return setup(value, tick | rest, {});
}

Answer Isolation::setup(std::string_view list, unsigned kinds, Answer answer) {
  const auto add = [&](std::string_view line) { append_to_list(answer.message, line, "\n"); };
  if (kinds & tick && !(kinds_ & tick) && machine_.options_off.contains("CONFIG_NO_HZ_FULL")) {
    add("Housekeeping: nohz unsupported. Build with CONFIG_NO_HZ_FULL");
    return {
        false, Effect::ignored, "no CPU is tickless", "this kernel has no CONFIG_NO_HZ_FULL",
        answer.message};
  }
  const auto cpus = kernel_list(list, nr_cpu_ids_, machine_.kernel);
  if (!cpus) {
    add(kBadRange);
    return {
        false, Effect::ignored, "isolates no CPU",
        "the kernel drops a list that has an error or a CPU beyond the last possible one",
        answer.message};
  }
  if (housekeeping_lists_must_match(machine_.kernel) != Support::no)
    return set_up_one_mask(*cpus, kinds, std::move(answer));
  return set_up_masks(*cpus, kinds, std::move(answer));
}

// Would no CPU that starts at boot be left for the host?
bool Isolation::keeps_none(const CpuSet& housekeeping) const {
  const auto first = (housekeeping & machine_.present).first();
  return !first || *first >= max_cpus_;
}

Answer Isolation::accept(const CpuSet& list, const CpuSet& guests, unsigned kinds, Answer answer) {
  if (kinds & tick && !(kinds_ & tick)) tickless_ = guests;
  kinds_ |= kinds;
  std::string what;
  for (const auto& [kind, name] :
       {std::pair{unsigned{domain}, "no load balancing"},
        {unsigned{managed_irq}, "no managed interrupts"},
        {unsigned{rest}, "no kernel threads and timers"},
        {unsigned{tick}, "no tick"}})
    if (kinds & kind) append_to_list(what, name);
  answer.does = fmt::format("{}: {}", named(guests & machine_.possible), what);
  if (guests != list)
    answer.effect = Effect::partial,
    answer.rule = "the host always keeps one present CPU: the boot CPU if the list leaves none";
  else if (!machine_.possible.contains(list) && answer.rule.empty())
    answer.effect = Effect::partial, answer.rule = "some of the CPUs are not possible here";
  return answer;
}

// 5.18 and later: each kind of work has its own mask. A second argument must name the same CPUs
// only for kinds whose mask is set.
Answer Isolation::set_up_masks(const CpuSet& list, unsigned kinds, Answer answer) {
  auto guests = list;
  auto keep = machine_.possible - list;
  const auto add = [&](std::string_view line) { append_to_list(answer.message, line, "\n"); };
  if (keeps_none(keep)) {
    keep.insert(machine_.boot_cpu);
    guests.erase(machine_.boot_cpu);
    if (!kinds_)
      add(fmt::format(
          "Housekeeping: must include one present CPU, using boot CPU:{}", machine_.boot_cpu));
  }
  if (guests.empty())
    return {
        false, Effect::ignored, "isolates no CPU",
        list.empty() ? "the list is empty" : "the list has only the boot CPU, which the host needs",
        answer.message};
  for (const auto kind : {tick, domain, managed_irq, rest})
    if (kinds & kinds_ & kind && housekeeping_[kind] != keep) {
      add(kMustMatch);
      return {
          false, Effect::ignored, "changes nothing",
          "the first list for a kind of work wins; a second one must name the same CPUs",
          answer.message};
    }
  for (const auto kind : {tick, domain, managed_irq, rest})
    if (kinds & kind) housekeeping_[kind] = keep;
  return accept(list, guests, kinds, std::move(answer));
}

// Up to 5.17 there is one mask for all kinds.
Answer Isolation::set_up_one_mask(const CpuSet& list, unsigned kinds, Answer answer) {
  auto guests = list;
  auto keep = machine_.possible - list;
  const auto add = [&](std::string_view line) { append_to_list(answer.message, line, "\n"); };
  if ((machine_.present - list).empty()) {
    guests.erase(machine_.boot_cpu);
    if (!kinds_) {
      keep.insert(machine_.boot_cpu);
      add(fmt::format(
          "Housekeeping: must include one present CPU, using boot CPU:{}", machine_.boot_cpu));
    } else {
      keep = machine_.possible - guests;
    }
  }
  if (kinds_ && keep != housekeeping_.begin()->second) {
    if (housekeeping_lists_must_match(machine_.kernel) == Support::not_known)
      return not_judged("takes these CPUs if this kernel has a list for each kind of work");
    add(kMustMatch);
    return {
        false, Effect::ignored, "changes nothing",
        "up to 5.17 isolcpus= and nohz_full= must name the same CPUs, and the first wins",
        answer.message};
  }
  for (const auto kind : {tick, domain, managed_irq, rest})
    if (kinds & kind) housekeeping_[kind] = keep;
  return accept(list, guests, kinds, std::move(answer));
}

// The boot CPU is always included. Of a bad list the part before the first error counts; nothing is
// logged.
Answer Isolation::irqaffinity(std::string_view value) {
  Answer answer;
  CpuSet asked;
  if (const auto whole = kernel_list(value, nr_cpu_ids_, machine_.kernel)) {
    asked = *whole;
  } else {
    answer = {
        true,
        Effect::partial,
        {},
        "the kernel uses a bad list up to its first error and logs nothing",
        {}};
    for (const auto part : split(value, ',')) {
      const auto good = kernel_list(part, nr_cpu_ids_, machine_.kernel);
      if (!good) break;
      asked |= *good;
    }
  }
  irq_ = asked;
  if (!asked.contains(machine_.boot_cpu)) {
    irq_->insert(machine_.boot_cpu);
    if (answer.rule.empty())
      answer.effect = Effect::partial,
      answer.rule = fmt::format("the boot CPU, {}, is always included", machine_.boot_cpu);
  }
  answer.does = fmt::format("new interrupts go to {}", named(*irq_));
  return answer;
}

Answer Isolation::rcu_nocbs(const KernelArg& arg) {
  rcu_asked_ = true;
  rcu_ = CpuSet{};
  if (!arg.value) return {true, Effect::effective, "CPUs may be added at run time", {}, {}};
  const auto cpus = kernel_list(*arg.value, nr_cpu_ids_, machine_.kernel);
  if (!cpus) {
    rcu_ = CpuSet::range(0, nr_cpu_ids_ - 1);
    return {
        true, Effect::partial, "every CPU, including those of the host",
        "the kernel reads a bad list as all CPUs", "rcu: rcu_nocbs= bad CPU range, all CPUs set"};
  }
  rcu_ = *cpus;
  return {
      true,
      Effect::effective,
      fmt::format("RCU callbacks of {} are offloaded", named(*cpus)),
      {},
      {}};
}

void Isolation::finish(std::vector<ArgumentVerdict>& verdicts, Simulation& out) const {
  const auto guests = [&](Kind kind) {
    const auto at = housekeeping_.find(kind);
    return at == housekeeping_.end() ? CpuSet{} : machine_.possible - at->second;
  };
  out.isolated = guests(domain);
  out.managed_irq = guests(managed_irq);
  out.nohz_full = tickless_;
  // tick_nohz_init: x86 cannot suspend on another CPU, so the boot CPU keeps its tick. Of the
  // 64-bit machines only ppc can.
  if (tickless_.contains(machine_.boot_cpu)) {
    out.nohz_full.erase(machine_.boot_cpu);
    const auto message =
        fmt::format("NO_HZ: Clearing {} from nohz_full range for timekeeping", machine_.boot_cpu);
    out.log.push_back(message);
    for (auto& verdict : verdicts) {
      if (!(verdict.arg.is("nohz_full") || verdict.arg.is("isolcpus")) ||
          verdict.effect == Effect::ignored)
        continue;
      if (verdict.arg.is("isolcpus") && !split_isolcpus(verdict.arg.value.value_or("")).nohz)
        continue;
      verdict.effect = Effect::partial;
      verdict.rule = "the boot CPU keeps its tick for timekeeping";
      verdict.message = message;
    }
  }
  if (!machine_.options_off.contains("CONFIG_RCU_NOCB_CPU"))
    out.rcu_nocbs = (rcu_.value_or(CpuSet{}) | out.nohz_full) & machine_.possible;
  out.irq_default = irq_.value_or(CpuSet::range(0, nr_cpu_ids_ - 1));
}

}  // namespace vfirst::simulated
