// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/simulated.hpp"

#include "base/text.hpp"
#include "facts/kernel_needs.hpp"
#include "loader/next_line.hpp"
#include "plan/budget.hpp"

#include <algorithm>

namespace vfirst {

namespace {

void count_frames(const NumaNode& node, std::uint64_t page_kb, bool lowest, SimulatedNode& out) {
  if (!node.gigabyte_frames) return;
  const auto broken = lost_frames(node.total_kb, page_kb, lowest);
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
  out.page_kb = facts.memory.page_kb;
  out.gigabyte_pages = facts.cpu.gigabyte_pages.value_or(true);
  bool lowest = true;
  for (const auto& node : facts.numa) {
    SimulatedNode one;
    one.id = node.id;
    one.memory_kb = node.total_kb;
    one.memory_known = node.memory_known;
    count_frames(node, out.page_kb, lowest && node.total_kb, one);
    lowest = lowest && !node.total_kb;
    out.nodes.push_back(one);
  }
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
