// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Memory that is not there yet when the kernel reads hugepages=.

#include "base/memory_range.hpp"
#include "facts/facts.hpp"
#include "host/root.hpp"

#include <optional>
#include <vector>

namespace vfirst::facts {

struct LateMemory {
  // Absent: that of the memory blocks at `start_kb`.
  std::optional<unsigned> node;
  std::uint64_t kb = 0;
  // Absent for others than root.
  std::optional<std::uint64_t> start_kb;
};
// What the driver kmem has added in this boot (drivers/dax/kmem.c), and what was plugged in.
std::vector<LateMemory> late_memory(const Root& root);

// Takes what comes late out of the node's memory blocks, and counts it in `late_kb`. Nothing for a
// node without CPUs of which nothing is left, or to which kmem has added something: it returns true
// then, and the node is not there when the kernel reads its arguments.
bool take_late(
    NumaNode& node, std::vector<unsigned>& blocks, std::uint64_t block_bytes,
    const std::vector<LateMemory>& late);

}  // namespace vfirst::facts
