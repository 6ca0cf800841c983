// SPDX-License-Identifier: GPL-2.0-or-later
// NUMA nodes: ABI/stable/sysfs-devices-node, ABI/testing/sysfs-devices-memory.
#include "facts/readers.hpp"

#include "base/text.hpp"
#include "facts/hugepage_pool.hpp"
#include "facts/late_memory.hpp"

#include <algorithm>
#include <map>

namespace vfirst::facts {

namespace {

constexpr std::string_view kNodes = "sys/devices/system/node";

std::string node_dir(unsigned node) {
  return fmt::format("{}/node{}", kNodes, node);
}

void read_meminfo(const Root& root, NumaNode& node) {
  const auto text = root.read(node_dir(node.id) + "/meminfo");
  const auto kb = [&](std::string_view key) -> std::optional<std::uint64_t> {
    // "Node 0 MemTotal:  123 kB"
    const auto value = field(*text, key);
    return value ? parse_number(value->substr(0, value->find(' '))) : std::nullopt;
  };
  node.memory_known = text && kb("MemTotal");
  if (!node.memory_known) return;
  node.total_kb = *kb("MemTotal");
  node.free_kb = kb("MemFree").value_or(0);
}

// The sizes are those of sys/kernel/mm/hugepages; a node has a directory for each.
void read_pools(const Root& root, const MemoryFacts& memory, NumaNode& node) {
  for (auto kb : memory.hugepage_sizes_kb) {
    const auto pool = hugepage_pool(root, node.id, kb);
    const auto pages = root.number(pool + "/nr_hugepages");
    if (pages)
      node.pools.push_back({kb, *pages, root.number(pool + "/free_hugepages").value_or(0)});
  }
}

// 1 GiB frames that lie wholly in the node's memory blocks. Frame 0 has the firmware's low-memory
// holes and never counts.
std::uint64_t gigabyte_frames(const std::vector<unsigned>& blocks, std::uint64_t block_bytes) {
  constexpr std::uint64_t gib = std::uint64_t{1} << 30;
  // Frame → bytes.
  std::map<std::uint64_t, std::uint64_t> covered;
  for (const std::uint64_t block : blocks) {
    for (auto at = block * block_bytes; at < (block + 1) * block_bytes;) {
      const auto end = std::min((at / gib + 1) * gib, (block + 1) * block_bytes);
      covered[at / gib] += end - at;
      at = end;
    }
  }
  return static_cast<std::uint64_t>(std::count_if(
      covered.begin(), covered.end(),
      [](const auto& frame) { return frame.first && frame.second == gib; }));
}

std::vector<MemoryRange> joined_blocks(
    const std::vector<unsigned>& blocks, std::uint64_t block_bytes) {
  std::vector<MemoryRange> out;
  for (const std::uint64_t block : blocks) {
    const MemoryRange one{block * block_bytes >> 10, (block + 1) * block_bytes >> 10};
    if (!out.empty() && out.back().end_kb == one.start_kb)
      out.back().end_kb = one.end_kb;
    else
      out.push_back(one);
  }
  return out;
}

CpuSet node_list(const Root& root, std::string_view name) {
  const auto text = root.read(fmt::format("{}/{}", kNodes, name));
  return text ? CpuSet::parse_list(*text).value_or(CpuSet{}) : CpuSet{};
}

// Nodes that have nothing but movable memory and no CPU: the kernel takes no page of it for
// hugepages=, or it comes later (ABI/stable/sysfs-devices-node: has_memory, has_normal_memory).
CpuSet movable_nodes(const Root& root) {
  CpuSet out = node_list(root, "has_memory");
  const auto normal = root.exists(fmt::format("{}/has_normal_memory", kNodes))
                          ? node_list(root, "has_normal_memory")
                          : out;
  return out -= normal;
}

// Nodes of the memory tiers below that of the nodes with CPUs: a larger number is a slower tier
// (mm/memory-tiers.c).
CpuSet slow_nodes(const Root& root, const std::vector<NumaNode>& nodes) {
  constexpr std::string_view kTiers = "sys/devices/virtual/memory_tiering";
  CpuSet with_cpus, slow;
  for (const auto& node : nodes)
    if (!node.cpus.empty()) with_cpus.insert(node.id);
  bool below = false;
  for (const auto tier : numbered(root, kTiers, "memory_tier")) {
    const auto list =
        CpuSet::parse_list(text_of(root, fmt::format("{}/memory_tier{}/nodelist", kTiers, tier)));
    if (!list) continue;
    if (below) slow |= *list - with_cpus;
    below = below || list->intersects(with_cpus);
  }
  return slow;
}

// Each CPU belongs to one node here. Where several nodes claim it (numa=fake, broken firmware) the
// lowest has it.
void claim(CpuFacts& cpus, std::vector<NumaNode>& nodes, Gaps& gaps) {
  CpuSet taken, twice;
  for (auto& node : nodes) {
    twice |= node.cpus & taken;
    node.cpus -= taken;
    taken |= node.cpus;
  }
  if (!twice.empty())
    gaps.push_back(fmt::format(
        "CPUs {}: several nodes list them, the lowest one has them here", twice.list()));
  for (auto& cpu : cpus.cpus)
    for (const auto& node : nodes)
      if (node.cpus.contains(cpu.id)) cpu.node = static_cast<int>(node.id);
}

// A CPU in no node's list still has a link nodeN of its own, even where that node's files are not
// shown.
void adopt(const Root& root, CpuFacts& cpus, std::vector<NumaNode>& nodes, Gaps& gaps) {
  CpuSet homeless;
  for (auto& cpu : cpus.cpus) {
    if (cpu.node >= 0) continue;
    const auto own = numbered(root, fmt::format("sys/devices/system/cpu/cpu{}", cpu.id), "node");
    if (own.empty()) {
      homeless.insert(cpu.id);
      continue;
    }
    auto at = std::lower_bound(
        nodes.begin(), nodes.end(), own.front(),
        [](const NumaNode& n, unsigned id) { return n.id < id; });
    if (at == nodes.end() || at->id != own.front()) {
      gaps.push_back(
          fmt::format("node {}: its files are not shown, only its CPUs' links to it", own.front()));
      at = nodes.insert(
          at, NumaNode{
                  .id = own.front(),
                  .cpus = {},
                  .distances = {},
                  .pools = {},
                  .gigabyte_frames = {},
                  .memory_known = false,
                  .ranges = {}});
    }
    at->cpus.insert(cpu.id);
    cpu.node = static_cast<int>(own.front());
  }
  if (!homeless.empty())
    gaps.push_back(fmt::format("CPUs {}: no node lists them", homeless.list()));
}

std::vector<NumaNode> single_node(CpuFacts& cpus, const MemoryFacts& memory, Gaps& gaps) {
  gaps.push_back(fmt::format("{}: not shown, the machine counts as one node", kNodes));
  NumaNode node;
  node.cpus = cpus.online;
  node.total_kb = memory.total_kb;
  node.memory_known = memory.total_kb != 0;
  node.distances = {10};
  for (auto& cpu : cpus.cpus)
    cpu.node = 0;
  return {node};
}

}  // namespace

std::vector<NumaNode> read_nodes(
    const Root& root, CpuFacts& cpus, const MemoryFacts& memory, Gaps& gaps) {
  const auto ids = numbered(root, kNodes, "node");
  if (ids.empty()) return single_node(cpus, memory, gaps);
  const auto block_bytes =
      root.number("sys/devices/system/memory/block_size_bytes", 16).value_or(0);
  if (!block_bytes)
    gaps.push_back(
        "sys/devices/system/memory: not shown, how many 1 GiB frames a node has is not known");
  CpuSetFile list{"cpulist", "cpumap"};
  const auto late = late_memory(root);
  std::vector<NumaNode> nodes;
  std::vector<std::string> distances;
  // Of nodes, for their compact spelling.
  CpuSet no_memory, no_distance;
  auto not_taken = movable_nodes(root);
  for (auto id : ids) {
    NumaNode node;
    node.id = id;
    node.cpus = list.read(root, node_dir(id)).value_or(CpuSet{}) & cpus.online;
    read_meminfo(root, node);
    if (!node.memory_known) no_memory.insert(id);
    read_pools(root, memory, node);
    std::vector<unsigned> blocks;
    if (block_bytes) blocks = numbered(root, node_dir(id), "memory");
    if (take_late(node, blocks, block_bytes, late)) not_taken.insert(id);
    if (block_bytes) {
      node.gigabyte_frames = gigabyte_frames(blocks, block_bytes);
      node.ranges = joined_blocks(blocks, block_bytes);
    }
    distances.push_back(text_of(root, node_dir(id) + "/distance"));
    nodes.push_back(std::move(node));
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (auto word : words(distances[i]))
      nodes[i].distances.push_back(static_cast<unsigned>(parse_number(word).value_or(0)));
  }
  claim(cpus, nodes, gaps);
  adopt(root, cpus, nodes, gaps);
  const auto slow = slow_nodes(root, nodes);
  for (auto& node : nodes) {
    node.at_boot = !(node.cpus.empty() && not_taken.contains(node.id));
    node.slow = slow.contains(node.id);
  }
  for (auto& node : nodes) {
    if (node.distances.size() == nodes.size()) continue;
    no_distance.insert(node.id);
    node.distances.clear();
  }
  if (!no_memory.empty())
    gaps.push_back(
        fmt::format("nodes {}: no meminfo, their memory is not known", no_memory.list()));
  if (!no_distance.empty())
    gaps.push_back(
        fmt::format("nodes {}: no distances, or not one for each node", no_distance.list()));
  return nodes;
}

}  // namespace vfirst::facts
