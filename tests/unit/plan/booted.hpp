// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The facts that a machine would show once it has booted with a plan's arguments, by the simulated
// kernel and by what sysfs shows of offline CPUs: nothing.

#include "kargs/boot_cpus.hpp"
#include "kargs/boot_memory.hpp"
#include "plan/simulated.hpp"
#include "unit/plan/machine.hpp"

#include <algorithm>

namespace vfirst::test {

// `cores`: those of all CPUs, where some are offline before.
inline Facts booted(Facts facts, const Plan& plan, const std::vector<CpuSet>& cores = {}) {
  const auto line = planned_line(facts, plan);
  const auto seen = simulate(line, simulated_machine(facts));
  const auto before = simulated_machine(facts);
  facts.cpu.online = seen.online;
  std::erase_if(facts.cpu.cpus, [&](const Cpu& cpu) { return !seen.online.contains(cpu.id); });
  for (auto& cpu : facts.cpu.cpus)
    cpu.siblings &= seen.online;
  for (const auto& core : cores) {
    const auto mine = core & seen.online;
    int node = -1;
    for (auto& cpu : facts.cpu.cpus)
      if (core.contains(cpu.id)) cpu.siblings = mine, node = cpu.node;
    for (const auto id : mine.members())
      if (std::ranges::find(facts.cpu.cpus, id, &Cpu::id) == facts.cpu.cpus.end()) {
        Cpu cpu;
        cpu.id = id;
        cpu.node = node;
        cpu.siblings = mine;
        facts.cpu.cpus.push_back(cpu);
        if (node >= 0) facts.numa[static_cast<std::size_t>(node)].cpus.insert(id);
      }
  }
  std::ranges::sort(facts.cpu.cpus, {}, &Cpu::id);
  facts.cpu.possible = booted_cpus(cpu_words(line, before), before).possible;
  facts.cpu.present &= facts.cpu.possible;
  const auto memory = boot_memory(line, before);
  if (memory.one_node) {
    NumaNode only;
    for (const auto& node : facts.numa)
      only.cpus |= node.cpus;
    if (std::ranges::all_of(
            facts.numa, [](const NumaNode& node) { return node.gigabyte_frames.has_value(); }))
      only.gigabyte_frames = 0;
    facts.numa = {only};
    for (auto& cpu : facts.cpu.cpus)
      cpu.node = 0;
  }
  std::uint64_t largest = 0;
  for (auto& node : facts.numa) {
    node.cpus &= seen.online;
    for (const auto& then : memory.free)
      if (then.id == node.id) {
        node.total_kb = then.memory_kb;
        // What cma= sets aside still counts as memory.
        for (const auto& part : memory.kept)
          if (part.node == node.id && !bounce_buffers_kb(part.arg)) node.total_kb += part.kb;
        node.ranges = memory.nodes[static_cast<std::size_t>(&then - memory.free.data())].ranges;
        if (node.gigabyte_frames) node.gigabyte_frames = whole_frames(node.ranges);
      }
  }
  facts.memory.crash_ranges.clear();
  for (const auto& part : memory.crash) {
    largest = std::max(largest, part.kb);
    // Somewhere in the node: only the node counts.
    for (const auto& node : facts.numa)
      if (node.id == part.node && !node.ranges.empty())
        facts.memory.crash_ranges.push_back(
            {node.ranges.back().end_kb - part.kb, node.ranges.back().end_kb});
  }
  facts.memory.crashkernel_bytes = largest << 10;
  // The boot loader's files still give others' words; proc/cmdline has all of them.
  facts.boot.own_arguments = {plan.cmdline()};
  facts.boot.cmdline = line.str();
  return facts;
}

}  // namespace vfirst::test
