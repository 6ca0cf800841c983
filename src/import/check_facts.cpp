// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/check_facts.hpp"

#include <algorithm>

namespace vfirst {

namespace {

Status check_cpus(std::string_view name, CpuFacts& cpu) {
  std::ranges::sort(cpu.cpus, {}, &Cpu::id);
  CpuSet listed;
  for (const auto& one : cpu.cpus) {
    if (listed.contains(one.id))
      return refuse("{}: /cpu/cpus: CPU {} is there twice", name, one.id);
    if (!one.siblings.contains(one.id))
      return refuse(
          "{}: /cpu/cpus: CPU {} is not among its siblings, '{}'", name, one.id,
          one.siblings.list());
    listed.insert(one.id);
  }
  if (cpu.online.empty()) return refuse("{}: /cpu/online: no CPU is online", name);
  if (listed != cpu.online)
    return refuse(
        "{}: /cpu/cpus: has CPUs {}, /cpu/online is {}", name, listed.list(), cpu.online.list());
  for (const auto& one : cpu.cpus)
    if (!cpu.online.contains(one.siblings))
      return refuse(
          "{}: /cpu/cpus: sibling {} of CPU {} is not online", name,
          (one.siblings - cpu.online).list(), one.id);
  return {};
}

Status check_nodes(std::string_view name, std::vector<NumaNode>& nodes) {
  std::ranges::sort(nodes, {}, &NumaNode::id);
  CpuSet taken;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (i && nodes[i].id == nodes[i - 1].id)
      return refuse("{}: /numa: node {} is there twice", name, nodes[i].id);
    if (nodes[i].cpus.intersects(taken))
      return refuse("{}: /numa: CPUs {} are in two nodes", name, (nodes[i].cpus & taken).list());
    taken |= nodes[i].cpus;
    if (nodes[i].gigabyte_frames.value_or(0) > std::uint64_t{1} << 24)
      return refuse(
          "{}: /numa: node {} has {} frames of 1 GiB, the limit is 16 PiB", name, nodes[i].id,
          *nodes[i].gigabyte_frames);
  }
  return {};
}

}  // namespace

Status check_facts(std::string_view name, Facts& facts) {
  VFIRST_CHECK(check_cpus(name, facts.cpu));
  VFIRST_CHECK(check_nodes(name, facts.numa));
  if (const auto kb = facts.memory.page_kb; kb != 4 && kb != 16 && kb != 64)
    return refuse("{}: /memory/page_kb: {}, not 4, 16 or 64", name, kb);
  std::ranges::sort(facts.pci, {}, &PciFunction::address);
  for (std::size_t i = 1; i < facts.pci.size(); ++i)
    if (facts.pci[i].address == facts.pci[i - 1].address)
      return refuse("{}: /pci: {} is there twice", name, facts.pci[i].address.str());
  return {};
}

}  // namespace vfirst
