// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/simulated.hpp"

#include "base/text.hpp"
#include "facts/kernel_needs.hpp"
#include "kargs/boot_memory.hpp"
#include "kargs/boot_nodes.hpp"
#include "loader/next_line.hpp"
#include "plan/budget.hpp"
#include "plan/cores.hpp"

#include <algorithm>

namespace vfirst {

namespace {

void count_frames(const NumaNode& node, std::uint64_t page_kb, bool lowest, SimulatedNode& out) {
  if (!node.gigabyte_frames) return;
  const auto broken = lost_frames(out.memory_kb, page_kb, lowest);
  out.most_frames = node.gigabyte_frames;
  out.frames = *node.gigabyte_frames - std::min(*node.gigabyte_frames, broken);
}

void options_off(const Kernel& kernel, SimulatedMachine& out) {
  if (!kernel.config_known) return;
  for (const auto option : facts::kConfigOptions)
    if (const auto has = kernel.config.find(std::string(option));
        has == kernel.config.end() || (has->second != "y" && has->second != "m"))
      out.options_off.insert(std::string(option));
}

// Which nodes the crash kernel's memory of this boot belongs to. The nodes' totals lack it, so it
// is given back to them: the next line decides anew what is kept.
void see_crash_kernel(const Facts& facts, SimulatedMachine& machine) {
  const auto kb = facts.memory.crashkernel_bytes >> 10;
  if (!kb || machine.nodes.empty()) return;
  const auto line = CommandLine::parse(facts.boot.cmdline);
  for (const auto& node : machine.nodes) {
    std::uint64_t here = 0;
    for (const auto& range : node.ranges)
      for (const auto& crash : facts.memory.crash_ranges)
        here += range.common(crash).kb();
    if (here) machine.crash_seen.push_back({node.id, here});
  }
  if (machine.crash_seen.empty()) {
    // Only the size is shown, without what `,high` keeps below 4G.
    machine.crash_seen = boot_memory(line, machine).crash;
    const auto largest = std::ranges::max_element(machine.crash_seen, {}, &CrashPart::kb);
    if (largest == machine.crash_seen.end())
      machine.crash_seen.push_back({machine.nodes.front().id, kb});
    else
      largest->kb = kb;
  }
  machine.crash_words = crash_words(line);
  for (auto& node : machine.nodes)
    for (const auto& part : machine.crash_seen)
      if (part.node == node.id && node.memory_kb) node.memory_kb += part.kb;
}

// The nodes' totals lack what swiotlb= keeps in this boot, too.
void see_bounce_buffers(const Facts& facts, SimulatedMachine& machine) {
  const auto line = CommandLine::parse(facts.boot.cmdline);
  if (!line.last("swiotlb")) return;
  for (const auto& part : boot_memory(line, machine).kept)
    if (bounce_buffers_kb(part.arg))
      for (auto& node : machine.nodes)
        if (node.id == part.node && node.memory_kb) node.memory_kb += part.kb;
}

}  // namespace

SimulatedMachine simulated_machine(const Facts& facts, std::string_view release) {
  SimulatedMachine out;
  const auto kernel = release.empty() ? facts.kernels.begin()
                                      : std::ranges::find(facts.kernels, release, &Kernel::release);
  if (kernel != facts.kernels.end()) {
    out.kernel = kernel->version;
    out.release = kernel->release;
    options_off(*kernel, out);
  } else {
    out.kernel = KernelVersion::of(release);
    out.release = release;
  }
  if (!facts.cpu.architecture.empty()) out.architecture = facts.cpu.architecture;
  out.possible = facts.cpu.possible | facts.cpu.online;
  out.present = facts.cpu.present.empty() ? out.possible : facts.cpu.present;
  out.boot_cpu = facts.cpu.online.first().value_or(0);
  out.page_kb = kernel != facts.kernels.end() ? facts.page_kb_of(*kernel) : facts.memory.page_kb;
  out.gigabyte_pages = facts.cpu.gigabyte_pages.value_or(true);
  if (facts.cpu.smt_bugs)
    out.smt_bugs.emplace(facts.cpu.smt_bugs->begin(), facts.cpu.smt_bugs->end());
  for (const auto& cpu : facts.cpu.cpus)
    if (const auto first = cpu.siblings.first(); first && *first < cpu.id)
      out.secondary.insert(cpu.id);
  if (out.present != facts.cpu.online)
    for (const auto& [id, other] : offline_by_number(facts.cpu, cores_of(facts.cpu)).siblings)
      out.secondary.insert(std::max(id, other));
  bool lowest = true;
  for (const auto& node : facts.numa) {
    SimulatedNode one;
    one.id = node.id;
    one.memory_kb = node.total_kb - std::min(node.total_kb, node.late_kb);
    one.memory_known = node.memory_known;
    one.ranges = node.ranges;
    one.at_boot = node.at_boot;
    count_frames(node, out.page_kb, lowest && node.total_kb, one);
    lowest = lowest && !node.total_kb;
    out.nodes.push_back(std::move(one));
  }
  out.node_words = node_words(CommandLine::parse(facts.boot.cmdline), out).text();
  see_crash_kernel(facts, out);
  see_bounce_buffers(facts, out);
  return out;
}

CommandLine foreign_line(const Facts& facts, const Plan& plan) {
  const auto& boot = facts.boot;
  auto line = CommandLine::parse(
      boot.next.known() ? boot.next.cmdline() : without_own(boot.cmdline, boot.own_arguments));
  // What ours were before this vfirst kept account of them.
  if (!boot.next.known()) line.remove(plan.arguments().list());
  return line;
}

CommandLine planned_line(const Facts& facts, const Plan& plan) {
  const auto& next = facts.boot.next;
  // As the loader puts it together: behind a quote that is not closed, or behind `--`, ours are not
  // arguments.
  if (next.known())
    return CommandLine::parse(
        trimmed(fmt::format("{} {} {}", next.before, plan.arguments().str(), next.behind)));
  auto line = foreign_line(facts, plan);
  for (const auto& arg : plan.arguments())
    // A line that ends inside a quote swallows the rest.
    if (!line.append(arg)) break;
  return line;
}

std::vector<ArgumentVerdict> without_effect(const Facts& facts, const Plan& plan) {
  return not_effective(
      planned_line(facts, plan), plan.arguments().list(), simulated_machine(facts));
}

}  // namespace vfirst
