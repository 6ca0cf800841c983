// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Where the kernel finds room for a large piece of memory while it boots (mm/memblock.c).

#include "kargs/simulate.hpp"

namespace vfirst {

class MemoryPlaces {
 public:
  static constexpr std::uint64_t kFourGigabytesKb = std::uint64_t{4} << 20;
  static constexpr std::uint64_t kNoLimit = UINT64_MAX;

  // `nodes` must outlive it.
  explicit MemoryPlaces(const std::vector<SimulatedNode>& nodes) : nodes_(nodes) {}

  // Where each node's memory lies is known.
  bool known() const;
  // memblock_phys_alloc_range works from the top down: the node with the highest free piece of this
  // size between the two addresses. Nullptr where there is none, here and below.
  const SimulatedNode* top(std::uint64_t size_kb, std::uint64_t from_kb, std::uint64_t to_kb) const;
  // Below 4G, and above it. Where the ranges are not known, the first node has the memory below 4G
  // and the last one the top.
  const SimulatedNode* low(std::uint64_t size_kb) const;
  const SimulatedNode* high(std::uint64_t size_kb) const;
  // From 4G upwards where that is possible (mm/cma.c, cma_declare_contiguous_nid).
  const SimulatedNode* after_4g(std::uint64_t size_kb) const;
  // The first node with memory.
  const SimulatedNode* first() const;

 private:
  const std::vector<SimulatedNode>& nodes_;
};

}  // namespace vfirst
