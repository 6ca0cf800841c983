// SPDX-License-Identifier: GPL-2.0-or-later
#include "export/guest_share.hpp"

#include "plan/cores.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// A guest bound to a node without memory would not start.
const NumaNode* memory_of(const NumaNode& node, const Facts& facts) {
  const NumaNode* best = nullptr;
  unsigned best_distance = 0;
  for (std::size_t i = 0; i < facts.numa.size(); ++i) {
    const auto& other = facts.numa[i];
    if (other.memory_known && other.total_kb == 0) continue;
    const auto distance = other.id == node.id         ? 0
                          : i < node.distances.size() ? node.distances[i]
                                                      : UINT32_MAX;
    if (!best || distance < best_distance) best = &other, best_distance = distance;
  }
  return best;
}

struct Node {
  // Everything but the cores.
  GuestShare common;
  // The isolated cores of the node.
  std::vector<CpuSet> cores;
  // How many VFs, by device class.
  std::map<std::uint32_t, unsigned> guests;
};

Node node_of(int id, const Plan& plan, const Facts& facts, const std::vector<Core>& cores) {
  Node out;
  const auto* node = id < 0 ? nullptr : facts.node(static_cast<unsigned>(id));
  auto& common = out.common;
  if (node) common.node = node->id;
  const auto* memory = node ? memory_of(*node, facts) : nullptr;
  if (memory) common.memory_node = memory->id;
  for (const auto& core : cores)
    if (const auto mine = core.cpus & plan.isolated & (node ? node->cpus : plan.isolated);
        !mine.empty())
      out.cores.push_back(mine);
  if (plan.balanced) common.spread = plan.isolated & (node ? node->cpus : plan.isolated);
  if (!out.cores.empty()) {
    const auto near = node ? plan.reserved & node->cpus : plan.reserved;
    common.host = near.empty() ? plan.reserved : near;
  }
  // The largest of several sizes.
  for (const auto& pages : plan.hugepages)
    if (memory && pages.node == memory->id && pages.pages && pages.size_kb > common.page_kb)
      common.page_kb = pages.size_kb, common.pages = pages.pages;
  return out;
}

}  // namespace

std::map<PciAddress, GuestShare> guest_shares(const Plan& plan, const Facts& facts) {
  const auto cores = cores_of(facts.cpu);
  // The node and the class of each PF.
  std::map<PciAddress, std::pair<int, std::uint32_t>> place;
  for (const auto& pf : plan.pfs) {
    const auto* f = facts.function(pf.address);
    place[pf.address] = {pf.node, f ? f->class_code >> 16 : 0};
  }
  std::map<int, Node> nodes;
  const auto guests = [&](auto visit) {
    for (const auto& vf : plan.vfs)
      if (vf.driver.is_vfio()) visit(vf, place[vf.pf].first, place[vf.pf].second);
  };
  guests([&](const PlannedVf&, int id, std::uint32_t kind) {
    if (!nodes.contains(id)) nodes[id] = node_of(id, plan, facts, cores);
    ++nodes[id].guests[kind];
  });

  // How many guests share the pages of a node.
  std::map<unsigned, unsigned> guests_by_node;
  for (auto& [_, node] : nodes) {
    for (const auto& [kind, count] : node.guests)
      node.common.guests_here = std::max(node.common.guests_here, count);
    if (node.common.memory_node)
      guests_by_node[*node.common.memory_node] += node.common.guests_here;
  }

  std::map<PciAddress, GuestShare> out;
  std::map<std::pair<int, std::uint32_t>, unsigned> seen;
  guests([&](const PlannedVf& vf, int id, std::uint32_t kind) {
    const auto& node = nodes[id];
    auto share = node.common;
    const auto index = seen[{id, kind}]++;
    const auto all = node.cores.size(), each = std::max<std::size_t>(all / share.guests_here, 1);
    share.cores_shared = all > 0 && all < share.guests_here;
    for (std::size_t i = 0; i < each && all; ++i)
      for (auto cpu : node.cores[(index * each + i) % all].members())
        share.cpus.push_back(cpu);
    if (share.pages)
      share.pages = std::max<std::uint64_t>(share.pages / guests_by_node[*share.memory_node], 1);
    out[vf.address] = std::move(share);
  });
  return out;
}

}  // namespace vfirst
