// SPDX-License-Identifier: GPL-2.0-or-later
// What must hold of a plan on every captured machine, judged from the tree's own files and not from
// our facts where that is possible.
#include "unit/captures.hpp"

#include "facts/read.hpp"
#include "unit/plan/machine.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

struct Case {
  std::string text;
  unsigned cores;
};

std::vector<Case> policies() {
  std::vector<Case> out;
  for (unsigned cores : {1u, 2u})
    for (const auto* size : {"1G", "2M"})
      out.push_back(
          {fmt::format(
               "[cpu]\nreserved-cores-per-node = {}\nisolate = "
               "yes\n[hugepages]\nsize = {}\nper-node = 80%\nhost-reserve = 1G\n"
               "[iommu]\nmode = passthrough\n[power]\nmax-cstate = 0\n",
               cores, size),
           cores});
  return out;
}

// By the tree: sys/devices/system/cpu/cpuN/topology/thread_siblings_list or thread_siblings.
CpuSet siblings(const Root& root, unsigned cpu, const CpuSet& online) {
  const auto at = fmt::format("sys/devices/system/cpu/cpu{}/topology/thread_siblings", cpu);
  CpuSet out{cpu};
  if (const auto list = root.read(at + "_list"))
    out |= *CpuSet::parse_list(*list);
  else if (const auto mask = root.read(at))
    out |= *CpuSet::parse_mask(*mask);
  return out & online;
}

CpuSet node_cpus(const Root& root, unsigned node, const CpuSet& online) {
  const auto at = fmt::format("sys/devices/system/node/node{}/", node);
  if (const auto list = root.read(at + "cpulist")) return *CpuSet::parse_list(*list) & online;
  if (const auto mask = root.read(at + "cpumap")) return *CpuSet::parse_mask(*mask) & online;
  return {};
}

std::uint64_t node_kb(const Root& root, unsigned node) {
  const auto text = root.read(fmt::format("sys/devices/system/node/node{}/meminfo", node));
  if (!text) return 0;
  const auto at = text->find("MemTotal:");
  return at == std::string::npos ? 0 : std::strtoull(text->c_str() + at + 9, nullptr, 10);
}

}  // namespace

TEST_CASE(
    "on every captured machine all CPUs are taken once, no core is split, and each node keeps its "
    "cores and its budget",
    "[facts][report][cpu]") {
  unsigned plans = 0;
  for (const auto& tree : Captures::all()) {
    const auto root = Root::open(tree.path);
    REQUIRE(root);
    const auto facts = read_facts(*root);
    REQUIRE(facts);
    const auto& online = facts->cpu.online;
    for (const auto& [text, cores] : policies()) {
      INFO(tree.name << "\n" << text);
      const auto made = make_plan(*facts, policy(text));
      if (!made) {
        WARN(tree.name << ": refused: " << made.error().what);
        const auto& why = made.error().what;
        CHECK(
            (why.find("no 1G pages") != std::string::npos ||
             why.find("no CPU to isolate") != std::string::npos));
        continue;
      }
      ++plans;
      const auto& p = *made;
      CHECK((p.reserved | p.isolated) == online);
      CHECK_FALSE(p.reserved.intersects(p.isolated));
      CHECK(p.reserved.contains(*online.first()));
      for (auto cpu : online.members()) {
        const auto core = siblings(*root, cpu, online);
        CHECK((p.reserved.contains(core) || p.isolated.contains(core)));
      }
      for (unsigned node = 0; node < 64; ++node) {
        const auto cpus = node_cpus(*root, node, online);
        std::vector<CpuSet> all, kept;
        for (auto cpu : cpus.members()) {
          const auto core = siblings(*root, cpu, online);
          if (*(core & cpus).first() != cpu) continue;
          all.push_back(core);
          if (p.reserved.contains(core)) kept.push_back(core);
        }
        CHECK(kept.size() >= std::min<std::size_t>(cores, all.size()));
      }
      for (const auto& pages : p.hugepages) {
        const auto total =
            node_kb(*root, pages.node) ? node_kb(*root, pages.node) : facts->memory.total_kb;
        CHECK(pages.pages * pages.size_kb + (1 << 20) <= total);
      }
      CHECK(p.cmdline().find("amd_iommu=on") == std::string::npos);
      CHECK(p.cmdline().find(p.isolated.list()) != std::string::npos);
    }
  }
  CHECK(plans > 0);
}
