// SPDX-License-Identifier: GPL-2.0-or-later
// Which CPUs the host keeps, which the guests get, and the arguments that say so to the kernel.
#include "base/words.hpp"
#include "kargs/cpulist.hpp"
#include "plan/cores.hpp"
#include "plan/draft.hpp"

#include <algorithm>

namespace vfirst {

namespace {

unsigned cores_on(const std::vector<Core>& cores, const CpuSet& cpus) {
  return static_cast<unsigned>(
      std::ranges::count_if(cores, [&](const Core& core) { return core.cpus.intersects(cpus); }));
}

// Which cores of a hybrid part the host takes first.
int host_rank(Cpu::Kind kind) {
  switch (kind) {
    case Cpu::Kind::low_power: return 0;
    case Cpu::Kind::efficiency: return 1;
    case Cpu::Kind::uniform:
    case Cpu::Kind::performance: return 2;
  }
  return 2;
}

// The next core of a node for the host, of those of the first kind: one that shares its last-level
// cache with a reserved core, so that one cache is filled before the next is begun; else the first.
std::vector<const Core*>::iterator next_for_host(
    const Draft& draft, std::vector<const Core*>& candidates, const CpuSet& reserved) {
  const auto rank = host_rank(candidates.front()->kind);
  const auto near = std::ranges::find_if(candidates, [&](const Core* core) {
    if (host_rank(core->kind) != rank) return false;
    const auto* cpu = draft.facts.cpu_at(core->first());
    return cpu && cpu->l3.intersects(reserved);
  });
  return near == candidates.end() ? candidates.begin() : near;
}

// `wanted` whole cores on every node: the boot core first, then a hybrid part's slowest cores, then
// the lowest.
CpuSet lowest_cores(Draft& draft, const std::vector<Core>& cores, unsigned wanted) {
  CpuSet reserved = boot_core(cores)->cpus;
  for (const auto& node : draft.nodes()) {
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
        candidates, {}, [](const Core* core) { return host_rank(core->kind); });
    for (; have < wanted && !candidates.empty(); ++have) {
      const auto next = next_for_host(draft, candidates, reserved);
      reserved |= (*next)->cpus;
      candidates.erase(next);
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
  const auto& next = draft.next;
  const auto where = location_prefix(wish.from);
  // A CPU that an argument keeps from the next boot still belongs to this machine.
  const auto& cpu = draft.facts.cpu;
  const auto possible = cpu.possible | cpu.online | next.possible;
  const auto present = cpu.present | cpu.online | next.present;
  const auto read = parse_kernel_list(wish.value, *possible.last() + 1);
  if (!read) return refuse("{}reserved = {}: {}", where, wish.value, read.error().what);
  if (!present.contains(*read))
    return refuse(
        "{}reserved = {}: this machine has no CPU {}; it has {}", where, wish.value,
        (*read - present).list(), present.list());
  auto reserved = *read & next.online;
  for (const auto& core : cores)
    if (reserved.intersects(core.cpus) && !reserved.contains(core.cpus))
      return refuse(
          "{}reserved = {}: the list splits the core of CPUs {}; {} is missing", where, wish.value,
          core.cpus.list(), (core.cpus - reserved).list());
  if (const auto* boot = boot_core(cores); !reserved.contains(boot->cpus))
    return refuse(
        "{}reserved = {}: the boot core (CPU {}) must be in the list", where, wish.value,
        boot->cpus.list());
  for (const auto& node : draft.nodes())
    if (!node.cpus.empty() && !reserved.intersects(node.cpus))
      return refuse(
          "{}reserved = {}: the list has no CPU of node {} ({}), whose interrupts need one", where,
          wish.value, node.id, node.cpus.list());
  return reserved;
}

// The CPUs of the next boot that are not those of this one.
void offline_cpus(Draft& draft) {
  const auto& next = draft.next;
  const auto& words = next.words;
  const auto blame = joined(words.words, " ", &KernelArg::raw);
  const auto note = [&](std::string text, std::vector<Subject> related = {}) {
    draft.add_finding(Severity::note, "cpus-offline", {}, std::move(text), {}, std::move(related));
  };
  std::vector<Subject> arguments;
  for (const auto& arg : words.words)
    arguments.push_back(Subject::argument(arg.raw));
  const auto all = draft.facts.cpu.present | draft.facts.cpu.online;
  if (!next.back_whole.empty())
    note(fmt::format(
        "CPUs {} are present but offline: they are neither reserved nor isolated, and the host "
        "uses them once they are online",
        next.back_whole.list()));
  if (const auto stay = all - next.online - next.back_whole - next.back_unplaced; !stay.empty())
    note(
        fmt::format(
            "CPUs {} stay offline at the next boot{}: they are neither reserved nor isolated, and "
            "get no interrupts",
            stay.list(), blame.empty() ? "" : " (" + blame + ")"),
        std::move(arguments));
  if (!next.back_by_number.empty())
    note(fmt::format(
        "CPUs {} are offline now, and the next boot brings them online: their numbers say which "
        "cores they belong to, so each is planned with its SMT sibling",
        next.back_by_number.list()));
  if (!next.back_unplaced.empty())
    note(fmt::format(
        "CPUs {} are offline now, and the next boot brings them online: this tree does not show "
        "which cores they belong to, so they are neither reserved nor isolated, and get no "
        "interrupts; bring them online and plan again",
        next.back_unplaced.list()));
  for (const auto& arg : words.undecided)
    if (arg.is("acpi") || arg.is("noapic"))
      draft.add_finding(
          Severity::warning, "cpus-undecided", Subject::argument(arg.raw),
          fmt::format(
              "{}: with it some kernels and machines bring up one CPU alone: the plan counts on "
              "all "
              "of them",
              arg.raw));
    else
      draft.add_finding(
          Severity::note, "smt-undecided", Subject::argument(arg.raw),
          fmt::format(
              "{} switches SMT off on a vulnerable CPU, and this tree does not show whether this "
              "one is: the plan counts on both threads of a core",
              arg.raw));
}

}  // namespace

Status partition_cpus(Draft& draft) {
  const auto& online = draft.next.online;
  const auto& wish = draft.policy.cpu;
  const auto& cores = draft.next.cores;
  if (cores.empty()) return refuse("this tree shows no online CPU");

  const auto wanted = value_or(wish.reserved_cores_per_node, 1u);
  if (wanted == 0)
    return refuse(
        "{}reserved-cores-per-node = 0: every node needs at least one core for its interrupts",
        location_prefix(wish.reserved_cores_per_node->from));
  auto reserved = online;
  if (wish.reserved) reserved = VFIRST_TRY(literal_list(draft, cores, *wish.reserved));
  const auto isolation = value_or(wish.isolate, Isolation::none);
  if (isolation == Isolation::none || draft.plan.role == Role::guest) {
    draft.plan.reserved = online;
    return {};
  }
  if (!wish.reserved) reserved = lowest_cores(draft, cores, wanted);

  draft.plan.balanced = isolation == Isolation::balanced;
  draft.plan.reserved = reserved;
  draft.plan.isolated = online - reserved;
  if (draft.plan.isolated.empty()) {
    const auto& blame = wish.reserved                  ? wish.reserved->from
                        : wish.reserved_cores_per_node ? wish.reserved_cores_per_node->from
                                                       : wish.isolate->from;
    const auto reason = wish.reserved ? fmt::format("reserved = {}", wish.reserved->value)
                                      : plural(wanted, "reserved core") + " per node";
    return refuse(
        "{}isolate = {}: {} leave{} no CPU to isolate; the machine has {} on {}",
        location_prefix(blame), draft.plan.balanced ? "balanced" : "yes", reason,
        wish.reserved || wanted == 1 ? "s" : "", plural(cores.size(), "core"),
        plural(draft.nodes().size(), "node"));
  }
  for (const auto& node : draft.nodes())
    if (!node.cpus.empty() && !node.cpus.intersects(draft.plan.isolated))
      draft.add_finding(
          Severity::warning, "node-without-isolated", Subject::node(node.id),
          fmt::format(
              "node {} has no isolated CPU: the host keeps its {}", node.id,
              plural(cores_on(cores, node.cpus), "core")));
  offline_cpus(draft);
  return {};
}

}  // namespace vfirst
