// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/next_machine.hpp"

#include "base/text.hpp"
#include "kargs/simulate_topic.hpp"
#include "loader/next_line.hpp"
#include "plan/simulated.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// The arguments that the policy itself adds and that may change the machine.
std::string words_of(const Policy& policy) {
  std::string out;
  if (policy.kernel.mitigations) out += "mitigations=" + policy.kernel.mitigations->value + ' ';
  if (policy.kernel.extra) out += policy.kernel.extra->value;
  return out;
}

CommandLine next_words(const Facts& facts, const Policy& policy) {
  const auto& boot = facts.boot;
  const auto ours =
      policy.boot.role && policy.boot.role->value == Role::guest ? std::string() : words_of(policy);
  if (boot.next.known())
    return CommandLine::parse(
        trimmed(fmt::format("{} {} {}", boot.next.before, ours, boot.next.behind)));
  auto line = CommandLine::parse(without_own(boot.cmdline, boot.own_arguments));
  for (const auto& arg : split_arguments(ours))
    if (!line.append(arg)) break;
  return line;
}

void find_cpus(
    const Facts& facts, const CommandLine& line, SimulatedMachine& machine, NextMachine& out) {
  const auto& cpu = facts.cpu;
  auto cores = cores_of(cpu);
  const auto by_number = offline_by_number(cpu, cores);
  const auto& back = by_number.siblings;
  for (const auto& core : cores)
    machine.secondary |= core.cpus - CpuSet{core.first()};
  for (const auto& [id, other] : back)
    machine.secondary.insert(std::max(id, other));

  out.words = cpu_words(line, machine);
  auto booted = booted_cpus(out.words, machine);
  out.possible = std::move(booted.possible);
  out.present = std::move(booted.present);
  const auto now = cpu_words(CommandLine::parse(facts.boot.cmdline), machine);
  if (out.words.any() && out.words.same_effect(now)) {
    // This boot shows what comes of these words. What was brought online afterwards goes again.
    out.online = cpu.online & out.present;
    if (out.words.smt_off) out.online -= machine.secondary;
    if (out.words.brought_up && out.online.size() > std::max(*out.words.brought_up, 1u))
      out.online &= booted.online;
  } else {
    out.online = std::move(booted.online);
    for (const auto id : (out.online - cpu.online).members())
      (back.contains(id)                               ? out.back_by_number
       : by_number.whole_cores.contains(id) || id == 0 ? out.back_whole
                                                       : out.back_unplaced)
          .insert(id);
    out.online -= out.back_unplaced | out.back_whole;
  }
  if (out.online.empty()) out.online = cpu.online;

  if (!out.back_by_number.empty()) {
    std::map<unsigned, std::size_t> at;
    for (std::size_t i = 0; i < cores.size(); ++i)
      at[cores[i].first()] = i;
    for (const auto id : out.back_by_number.members())
      cores[at.at(back.at(id))].cpus.insert(id);
  }
  if (out.online != cpu.online) {
    for (auto& core : cores)
      core.cpus &= out.online;
    std::erase_if(cores, [](const Core& core) { return core.cpus.empty(); });
    std::ranges::sort(cores, {}, &Core::first);
  }
  out.cores = std::move(cores);
}

// The nodes of this boot as one, whatever they have.
NumaNode only_node(const Facts& facts) {
  NumaNode out;
  out.distances = {10};
  for (const auto& node : facts.numa) {
    out.cpus |= node.cpus;
    out.memory_known = out.memory_known && node.memory_known;
  }
  return out;
}

void find_nodes(const Facts& facts, NextMachine& out) {
  out.nodes = facts.numa;
  std::ranges::sort(out.nodes, {}, &NumaNode::id);
  if (out.memory.one_node && !out.nodes.empty()) out.nodes = {only_node(facts)};
  if (out.nodes.empty()) {
    NumaNode only;
    only.total_kb = facts.memory.total_kb;
    out.nodes.push_back(only);
  }
  CpuSet claimed;
  for (auto& node : out.nodes) {
    if (!out.back_by_number.empty())
      for (const auto& core : out.cores)
        if (core.cpus.intersects(node.cpus)) node.cpus |= core.cpus & out.back_by_number;
    node.cpus &= out.online;
    claimed |= node.cpus;
    for (const auto& then : out.memory.nodes) {
      if (then.id != node.id) continue;
      node.total_kb = then.memory_kb;
      if (then.most_frames) node.gigabyte_frames = then.most_frames;
    }
  }
  const auto orphans = out.online - claimed;
  if (orphans.empty()) return;
  const auto home =
      std::ranges::find_if(out.nodes, [](const NumaNode& node) { return !node.cpus.empty(); });
  (home == out.nodes.end() ? out.nodes.front() : *home).cpus |= orphans;
}

// The total of a node lacks what the crash kernel of this boot has. Where others' arguments ask for
// it, in this boot and in the next, that stays so, which errs to the host's side: it counts twice.
// Where the policy asks for it or did, the plan must be the same before and after the boot.
void leave_out_crash_kernel(
    const Facts& facts, const Policy& policy, const SimulatedMachine& machine, NextMachine& out) {
  const auto own = crash_words(CommandLine::parse(words_of(policy)));
  const bool line_known = facts.boot.next.known() || !facts.boot.cmdline.empty();
  const auto others = crash_words(next_words(facts, Policy{}));
  if (!own.empty() || (line_known && others.empty())) return;
  if (!line_known) out.memory.crash = machine.crash_seen;
  for (auto& node : out.memory.nodes)
    for (const auto& part : machine.crash_seen)
      if (part.node == node.id || out.memory.one_node)
        node.memory_kb -= std::min(node.memory_kb, part.kb);
}

}  // namespace

NextMachine next_machine(const Facts& facts, const Policy& policy, const Kernel& kernel) {
  NextMachine out;
  auto machine = simulated_machine(facts, kernel.release);
  const auto line = next_words(facts, policy);
  find_cpus(facts, line, machine, out);
  out.memory = boot_memory(line, machine);
  out.crash_seen = !facts.memory.crash_ranges.empty() && machine.crash_words == crash_words(line);
  leave_out_crash_kernel(facts, policy, machine, out);
  if (const auto* arg = simulated::hugetlb_cma(line, machine)) out.hugetlb_cma = *arg;
  find_nodes(facts, out);
  out.line = line;
  return out;
}

}  // namespace vfirst
