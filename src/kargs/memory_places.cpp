// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/memory_places.hpp"

#include <algorithm>

namespace vfirst {

bool MemoryPlaces::known() const {
  return std::ranges::all_of(nodes_, [](const SimulatedNode& node) {
    return node.memory_kb == 0 || !node.ranges.empty();
  });
}

const SimulatedNode* MemoryPlaces::top(
    std::uint64_t size_kb, std::uint64_t from_kb, std::uint64_t to_kb) const {
  const SimulatedNode* best = nullptr;
  std::uint64_t at = 0;
  for (const auto& node : nodes_)
    for (const auto& range : node.ranges)
      if (const auto part = range.common({from_kb, to_kb});
          part.kb() >= size_kb && part.end_kb > at)
        best = &node, at = part.end_kb;
  return best;
}

const SimulatedNode* MemoryPlaces::first() const {
  const auto found =
      std::ranges::find_if(nodes_, [](const SimulatedNode& n) { return n.memory_kb > 0; });
  return found == nodes_.end() ? nullptr : &*found;
}

const SimulatedNode* MemoryPlaces::low(std::uint64_t size_kb) const {
  return known() ? top(size_kb, 0, kFourGigabytesKb) : first();
}

const SimulatedNode* MemoryPlaces::high(std::uint64_t size_kb) const {
  if (known()) return top(size_kb, kFourGigabytesKb, kNoLimit);
  const SimulatedNode* best = nullptr;
  for (const auto& node : nodes_)
    if (node.memory_kb) best = &node;
  return best;
}

const SimulatedNode* MemoryPlaces::after_4g(std::uint64_t size_kb) const {
  if (!known()) return first();
  const SimulatedNode* best = nullptr;
  std::uint64_t at = kNoLimit;
  for (const auto& node : nodes_)
    for (const auto& range : node.ranges)
      if (const auto part = range.common({kFourGigabytesKb, kNoLimit});
          part.kb() >= size_kb && part.start_kb < at)
        best = &node, at = part.start_kb;
  return best ? best : low(size_kb);
}

}  // namespace vfirst
