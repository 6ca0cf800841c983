// SPDX-License-Identifier: GPL-2.0-or-later
// Which CPUs the host keeps, which the guests get, and the arguments that say so to the kernel.
#include "base/words.hpp"
#include "kargs/cpulist.hpp"
#include "kargs/kernel_features.hpp"
#include "plan/cores.hpp"
#include "plan/draft.hpp"

#include <algorithm>

namespace vfirst {

namespace {

unsigned cores_on(const std::vector<Core>& cores, const CpuSet& cpus) {
  return static_cast<unsigned>(
      std::ranges::count_if(cores, [&](const Core& core) { return core.cpus.intersects(cpus); }));
}

// `wanted` whole cores on every node: the boot core first, then a hybrid part's efficiency cores,
// then the lowest.
CpuSet lowest_cores(Draft& draft, const std::vector<Core>& cores, unsigned wanted) {
  CpuSet reserved = boot_core(cores)->cpus;
  for (const auto& node : draft.nodes) {
    if (node.cpus.empty()) continue;
    std::vector<const Core*> candidates;
    unsigned have = 0;
    for (const auto& core : cores) {
      if (!core.cpus.intersects(node.cpus)) continue;
      if (reserved.contains(core.cpus))
        ++have;
      else
        candidates.push_back(&core);
    }
    std::ranges::stable_sort(
        candidates, [](const Core* a, const Core* b) { return a->efficiency && !b->efficiency; });
    for (const auto* core : candidates) {
      if (have >= wanted) break;
      reserved |= core->cpus;
      ++have;
    }
    if (have < wanted)
      draft.add_finding(
          Severity::warning, "node-short-of-cores", Subject::node(node.id),
          fmt::format(
              "node {} has {}, and {} are to be reserved: the host keeps the whole node", node.id,
              plural(have, "core"), wanted));
  }
  return reserved;
}

Result<CpuSet> literal_list(
    const Draft& draft, const std::vector<Core>& cores, const Setting<std::string>& wish) {
  const auto& cpu = draft.facts.cpu;
  const auto where = location_prefix(wish.from);
  const auto possible = cpu.possible.empty() ? cpu.online : cpu.possible;
  const auto read = parse_kernel_list(wish.value, *possible.last() + 1);
  if (!read) return refuse("{}reserved = {}: {}", where, wish.value, read.error().what);
  const auto here = cpu.present.empty() ? cpu.online : cpu.present | cpu.online;
  if (!here.contains(*read))
    return refuse(
        "{}reserved = {}: this machine has no CPU {}; it has {}", where, wish.value,
        (*read - here).list(), here.list());
  const auto reserved = *read & cpu.online;
  for (const auto& core : cores)
    if (reserved.intersects(core.cpus) && !reserved.contains(core.cpus))
      return refuse(
          "{}reserved = {}: the list splits the core of CPUs {}; {} is missing", where, wish.value,
          core.cpus.list(), (core.cpus - reserved).list());
  if (const auto* boot = boot_core(cores); !reserved.contains(boot->cpus))
    return refuse(
        "{}reserved = {}: the boot core (CPU {}) must be in the list", where, wish.value,
        boot->cpus.list());
  for (const auto& node : draft.nodes)
    if (!node.cpus.empty() && !reserved.intersects(node.cpus))
      return refuse(
          "{}reserved = {}: the list has no CPU of node {} ({}), whose interrupts need one", where,
          wish.value, node.id, node.cpus.list());
  return reserved;
}

}  // namespace

Status partition_cpus(Draft& draft) {
  const auto& cpu = draft.facts.cpu;
  const auto& wish = draft.policy.cpu;
  const auto cores = cores_of(cpu);
  if (cores.empty()) return refuse("this tree shows no online CPU");

  const auto wanted = value_or(wish.reserved_cores_per_node, 1u);
  if (wanted == 0)
    return refuse(
        "{}reserved-cores-per-node = 0: every node needs at least one core for its interrupts",
        location_prefix(wish.reserved_cores_per_node->from));
  auto reserved = cpu.online;
  if (wish.reserved) reserved = VFIRST_TRY(literal_list(draft, cores, *wish.reserved));
  if (!value_or(wish.isolate, false) || draft.plan.role == Role::guest) {
    draft.plan.reserved = cpu.online;
    return {};
  }
  if (!wish.reserved) reserved = lowest_cores(draft, cores, wanted);

  draft.plan.reserved = reserved;
  draft.plan.isolated = cpu.online - reserved;
  if (draft.plan.isolated.empty()) {
    const auto& blame = wish.reserved                  ? wish.reserved->from
                        : wish.reserved_cores_per_node ? wish.reserved_cores_per_node->from
                                                       : wish.isolate->from;
    const auto reason = wish.reserved ? fmt::format("reserved = {}", wish.reserved->value)
                                      : plural(wanted, "reserved core") + " per node";
    return refuse(
        "{}isolate = yes: {} leave{} no CPU to isolate; the machine has {} on {}",
        location_prefix(blame), reason, wish.reserved || wanted == 1 ? "s" : "",
        plural(cores.size(), "core"), plural(draft.nodes.size(), "node"));
  }
  for (const auto& node : draft.nodes)
    if (!node.cpus.empty() && !node.cpus.intersects(draft.plan.isolated))
      draft.add_finding(
          Severity::warning, "node-without-isolated", Subject::node(node.id),
          fmt::format(
              "node {} has no isolated CPU: the host keeps its {}", node.id,
              plural(cores_on(cores, node.cpus), "core")));
  if (const auto offline = cpu.present - cpu.online; !offline.empty())
    draft.add_finding(
        Severity::note, "cpus-offline", {},
        fmt::format(
            "CPUs {} are present but offline: they are neither reserved nor isolated, and the host "
            "uses them once they are online",
            offline.list()));
  return {};
}

// One literal list everywhere: up to Linux 5.17 isolcpus= and nohz_full= must be the same, else the
// second is dropped (kernel/sched/isolation.c), and later kernels take it as well. irqaffinity= is
// its complement over the *possible* CPUs, so that a CPU that comes online later takes interrupts.
Status plan_isolation(Draft& draft) {
  const auto& isolated = draft.plan.isolated;
  if (isolated.empty()) return {};
  const auto& wish = draft.policy.cpu;
  const auto from = wish.isolate->from;
  const auto list = isolated.list();
  const auto because = fmt::format(
      "for pinned guests; everything that is not pinned runs on {}", draft.plan.reserved.list());

  // The flags came with 5.6; an older kernel takes "managed_irq" for a bad list and isolates
  // nothing. Red Hat's have them earlier. Without flags every kernel isolates.
  const auto flags_known = isolcpus_flags_supported(draft.kernel.version);
  const bool with_flags = flags_known == Support::yes;
  const std::string flags = with_flags ? "managed_irq,domain," : "";
  if (!with_flags)
    draft.add_finding(
        Severity::warning, "isolcpus-no-flags", Subject::argument("isolcpus"),
        fmt::format(
            "kernel {} {} isolcpus=managed_irq: storage interrupts may reach isolated CPUs",
            draft.kernel.release,
            flags_known == Support::no ? "is older than 5.6 and does not know"
                                       : "is not known to have"),
        {}, {Subject::kernel(draft.kernel.release)});
  const auto isolcpus = draft.arg("isolcpus", flags + list, because, from);
  const auto nohz_full = draft.arg(
      "nohz_full", list,
      "stops the timer tick while one task runs; must equal isolcpus on kernels before 5.18", from);
  draft.arg("rcu_nocbs", list, "moves RCU callbacks to the host's CPUs", from);

  const auto host = (draft.facts.cpu.possible | draft.facts.cpu.online) - isolated;
  const auto irqaffinity = draft.arg(
      "irqaffinity", host.list(), "sends new interrupts to every possible CPU that is not isolated",
      from);
  draft.expect(WantIsolated{isolated}, {isolcpus}, from);
  draft.expect(WantNohzFull{isolated}, {nohz_full}, from);
  draft.expect(WantIrqAffinity{host}, {irqaffinity}, from);
  return {};
}

}  // namespace vfirst
