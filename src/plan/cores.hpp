// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The cores of a machine: CPUs that share one, closed under SMT whatever the tree's sibling files
// say.

#include "facts/facts.hpp"

#include <map>
#include <vector>

namespace vfirst {

struct Core {
  CpuSet cpus;
  // Of a hybrid part. `uniform` where its CPUs are of several kinds.
  Cpu::Kind kind = Cpu::Kind::uniform;
  unsigned first() const { return *cpus.first(); }
  bool operator==(const Core&) const = default;
};

// Every online CPU in exactly one core, sorted by the lowest CPU. Sibling files that contradict
// each other (seen on broken firmware) are joined: two CPUs that anybody calls siblings are.
std::vector<Core> cores_of(const CpuFacts& cpu);

// An offline CPU has no sibling files. Where the numbers of all others follow one of Linux's two
// patterns for two threads (all first threads, then all second ones; or the threads of a core side
// by side), its core follows from its own number.
struct OfflineCpus {
  // By offline CPU, the online one of its core.
  std::map<unsigned, unsigned> siblings;
  // Whole cores that are offline.
  CpuSet whole_cores;
};
OfflineCpus offline_by_number(const CpuFacts& cpu, const std::vector<Core>& cores);

// The core that the kernel never isolates: CPU 0's, or that of the lowest online CPU.
const Core* boot_core(const std::vector<Core>& cores);

}  // namespace vfirst
