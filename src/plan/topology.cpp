// SPDX-License-Identifier: GPL-2.0-or-later
// Findings about caches, kinds of cores and devices whose node is not there.
#include "base/words.hpp"
#include "plan/draft.hpp"

#include <algorithm>
#include <map>

namespace vfirst {

namespace {

// The cores that share a last-level cache.
struct Cache {
  std::size_t cores = 0, reserved = 0;
  CpuSet cpus;
};

std::vector<Cache> caches_of(const Draft& draft, const NumaNode& node) {
  // By its lowest CPU.
  std::map<unsigned, Cache> found;
  for (const auto& core : draft.next.cores) {
    if (!core.cpus.intersects(node.cpus)) continue;
    const auto* cpu = draft.facts.cpu_at(core.first());
    if (!cpu || cpu->l3.empty()) return {};
    auto& cache = found[*cpu->l3.first()];
    ++cache.cores;
    cache.reserved += draft.plan.reserved.contains(core.cpus);
    cache.cpus |= core.cpus;
  }
  std::vector<Cache> out;
  for (auto& [_, cache] : found)
    out.push_back(std::move(cache));
  return out;
}

// The host's cores end inside a cache, and guests share the rest of it with the host.
void split_caches(Draft& draft) {
  if (draft.plan.isolated.empty()) return;
  for (const auto& node : draft.nodes()) {
    const auto caches = caches_of(draft, node);
    if (caches.size() < 2) continue;
    std::size_t below = 0, above = 0, kept = 0;
    CpuSet shared;
    for (const auto& cache : caches) {
      kept += cache.reserved;
      if (cache.reserved == 0) continue;
      above += cache.cores;
      if (cache.reserved == cache.cores)
        below += cache.cores;
      else
        shared |= cache.cpus;
    }
    if (shared.empty()) continue;
    const auto& wish = draft.policy.cpu;
    const auto numbers = below ? fmt::format("{} or {}", below, above) : std::to_string(above);
    draft.add_finding(
        Severity::note, "l3-shared", Subject::node(node.id),
        fmt::format(
            "node {}: its {} end inside a last-level cache (CPUs {}), which guests share with the "
            "host: {}",
            node.id, plural(kept, "reserved core"), shared.list(),
            wish.reserved
                ? fmt::format("whole caches are {} cores", numbers)
                : fmt::format("reserved-cores-per-node = {} keeps caches whole", numbers)),
        {wish.reserved                  ? wish.reserved->from
         : wish.reserved_cores_per_node ? wish.reserved_cores_per_node->from
                                        : wish.isolate->from});
  }
}

std::string_view name_of(Cpu::Kind kind) {
  switch (kind) {
    case Cpu::Kind::uniform: return "other";
    case Cpu::Kind::performance: return "performance";
    case Cpu::Kind::efficiency: return "efficiency";
    case Cpu::Kind::low_power: return "low-power";
  }
  return "";
}

// A guest on cores of several kinds is as fast as its slowest one.
void mixed_kinds(Draft& draft) {
  std::map<Cpu::Kind, CpuSet> kinds;
  for (const auto& core : draft.next.cores)
    if (draft.plan.isolated.contains(core.cpus)) kinds[core.kind] |= core.cpus;
  if (kinds.size() < 2) return;
  draft.add_finding(
      Severity::note, "isolated-kinds", {},
      fmt::format(
          "the isolated CPUs are not equally fast: {}; {}",
          joined(
              kinds, ", ",
              [](const auto& one) {
                return fmt::format("{} are {} cores", one.second.list(), name_of(one.first));
              }),
          draft.plan.balanced ? "a guest that is not pinned runs on any of them"
                              : "pin each guest to cores of one kind"));
}

void missing_nodes(Draft& draft) {
  // The firmware's nodes are not those of a kernel that does not ask for them.
  if (draft.next.memory.one_node) return;
  for (const auto& pf : draft.pfs) {
    const auto node = pf.function->node;
    if (node < 0 && draft.nodes().size() > 1)
      draft.add_finding(
          Severity::note, "device-node-unknown", Subject::device(pf.function->address),
          fmt::format(
              "{}: the firmware does not say which node it is on: its driver's memory counts "
              "against node {}, and its interrupts may go to the reserved CPUs of every node",
              pf.function->address.str(), draft.nodes().front().id),
          {pf.section->from});
    if (node < 0 || draft.has_node(node)) continue;
    draft.add_finding(
        Severity::warning, "device-node-missing", Subject::device(pf.function->address),
        fmt::format(
            "{}: the firmware says that it is on node {}, and this machine has {}: its driver's "
            "memory counts against the first node with memory, and no CPU is nearer than another",
            pf.function->address.str(), node,
            draft.nodes().size() == 1
                ? fmt::format("node {} alone", draft.nodes().front().id)
                : fmt::format(
                      "nodes {}", joined(
                                      draft.nodes(), ", ",
                                      [](const NumaNode& one) { return std::to_string(one.id); }))),
        {pf.section->from});
  }
}

}  // namespace

void topology_findings(Draft& draft) {
  split_caches(draft);
  mixed_kinds(draft);
  missing_nodes(draft);
}

}  // namespace vfirst
