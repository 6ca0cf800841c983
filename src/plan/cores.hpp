// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The cores of a machine: CPUs that share one, closed under SMT whatever the tree's sibling files
// say.

#include "facts/facts.hpp"

#include <vector>

namespace vfirst {

struct Core {
  CpuSet cpus;
  // Of a hybrid part.
  bool efficiency = false;
  unsigned first() const { return *cpus.first(); }
  bool operator==(const Core&) const = default;
};

// Every online CPU in exactly one core, sorted by the lowest CPU. Sibling files that contradict
// each other (seen on broken firmware) are joined: two CPUs that anybody calls siblings are.
std::vector<Core> cores_of(const CpuFacts& cpu);

// The core that the kernel never isolates: CPU 0's, or that of the lowest online CPU.
const Core* boot_core(const std::vector<Core>& cores);

}  // namespace vfirst
