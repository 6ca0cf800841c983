// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/boot_nodes.hpp"

#include "kargs/boot_memory.hpp"

#include <algorithm>

namespace vfirst {

std::string NodeWords::text() const {
  return one_node ? "one" : fake ? fake->value.value_or("") : "";
}

NodeWords node_words(const CommandLine& line, const SimulatedMachine& machine) {
  NodeWords out;
  for (const auto& arg : line.args()) {
    if (!arg.value) continue;
    if (arg.is("numa")) {
      if (arg.value->starts_with("off") || (machine.x86() && arg.value->starts_with("noacpi")))
        out.one_node = arg;
      else if (arg.value->starts_with("fake="))
        out.fake = arg;
    } else if (arg.is("acpi") && machine.x86() && *arg.value == "off") {
      out.one_node = arg;
    }
  }
  return out;
}

std::vector<SimulatedNode> as_one_node(
    const std::vector<SimulatedNode>& nodes, std::uint64_t page_kb) {
  if (nodes.empty()) return {};
  SimulatedNode out;
  bool all_ranges = true, all_frames = true;
  std::uint64_t most = 0;
  for (const auto& node : nodes) {
    out.memory_kb += node.memory_kb;
    out.memory_known = out.memory_known && node.memory_known;
    if (node.memory_kb == 0) continue;
    all_ranges = all_ranges && !node.ranges.empty();
    out.ranges.insert(out.ranges.end(), node.ranges.begin(), node.ranges.end());
    all_frames = all_frames && node.most_frames;
    most += node.most_frames.value_or(0);
  }
  if (!all_ranges) out.ranges.clear();
  std::ranges::sort(out.ranges, {}, &MemoryRange::start_kb);
  if (all_frames && out.memory_kb) {
    out.most_frames = most;
    out.frames = most - std::min(most, lost_frames(out.memory_kb, page_kb, true));
  }
  return {out};
}

}  // namespace vfirst
