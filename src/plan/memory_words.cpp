// SPDX-License-Identifier: GPL-2.0-or-later
// Arguments of the next boot that leave less memory than this boot shows, or other nodes, or of
// which it is not known what they leave.
#include "base/words.hpp"
#include "plan/draft.hpp"
#include "plan/simulated.hpp"

#include <algorithm>

namespace vfirst {

namespace {

std::string gib_text(std::uint64_t kb) {
  return kb % (1 << 20) == 0 ? fmt::format("{}G", kb >> 20)
                             : fmt::format("{:.1f}G", static_cast<double>(kb) / (1 << 20));
}

// mem=, memmap=: which nodes have less, and how much.
void say_limits(Draft& draft) {
  const auto& memory = draft.next.memory;
  if (memory.limits.empty() || memory.one_node) return;
  std::vector<std::string> less;
  for (const auto& node : draft.facts.numa) {
    const auto then = std::ranges::find(draft.nodes(), node.id, &NumaNode::id);
    if (then == draft.nodes().end() || !then->at_boot) continue;
    if (then->total_kb + (1 << 10) < node.total_kb)
      less.push_back(fmt::format(
          "node {} {} of {}", node.id, gib_text(then->total_kb), gib_text(node.total_kb)));
  }
  if (less.empty()) return;
  const auto words = joined(memory.limits, " ", &KernelArg::raw);
  draft.add_finding(
      Severity::note, "memory-limited", Subject::argument(memory.limits.front().raw),
      fmt::format("{} leaves {} at the next boot", words, joined_with("and", less)), {},
      {Subject::argument("hugepages")});
}

void say_not_judged(Draft& draft) {
  for (const auto& arg : draft.next.memory.not_judged)
    draft.add_finding(
        Severity::warning, "memory-not-judged", Subject::argument(arg.raw),
        fmt::format(
            "{}: what it leaves of the memory is not known here, so the pages are planned as if it "
            "were not there: check them with a trial",
            arg.raw),
        {}, {Subject::argument("hugepages")});
}

// Words that change which memory the kernel takes 1G pages from while it boots.
void say_placement(Draft& draft) {
  const bool gigantic = std::ranges::any_of(
      draft.plan.hugepages, [](const PlannedPages& pages) { return pages.size_kb == 1 << 20; });
  if (!gigantic) return;
  const auto line = planned_line(draft.facts, draft.plan);
  // mm/memblock.c, should_skip_region.
  if (const auto* arg = line.last("movable_node");
      arg && !CommandLine::parse(draft.facts.boot.cmdline).has("movable_node"))
    draft.add_finding(
        Severity::warning, "memory-hotpluggable", Subject::argument(arg->raw),
        "movable_node: the kernel takes no 1G page from memory that the firmware calls "
        "hot-pluggable, and this tree does not show which memory that is: check the pages with a "
        "trial",
        {}, {Subject::argument("hugepages")});
  // mm/memblock.c, choose_memblock_flags.
  if (const auto* arg = line.last("kernelcore"); arg && arg->value == "mirror")
    draft.add_finding(
        Severity::warning, "memory-mirrored", Subject::argument(arg->raw),
        "kernelcore=mirror: the kernel takes 1G pages from mirrored memory first, on any node, and "
        "then has less of it for itself: check the pages with a trial",
        {}, {Subject::argument("hugepages")});
}

}  // namespace

void memory_word_findings(Draft& draft) {
  if (!draft.policy.hugepages.per_node && draft.policy.hugepages.nodes.empty()) return;
  say_limits(draft);
  say_not_judged(draft);
  say_placement(draft);
}

}  // namespace vfirst
