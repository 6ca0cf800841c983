// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The machine that the next boot finds: its CPUs, their cores and its memory, by the words of the
// line that the boot loader will give to the kernel. plan/ reads CPUs and memory from here, never
// those of this boot.

#include "kargs/boot_cpus.hpp"
#include "kargs/boot_memory.hpp"
#include "plan/cores.hpp"
#include "policy/policy.hpp"

#include <vector>

namespace vfirst {

struct NextMachine {
  // The arguments of others and those that the policy names itself, in the order of the line.
  CommandLine line;
  // `online`: those that the kernel brings up and that this boot shows to belong to a core.
  CpuSet possible, present, online;
  // Of `online`, sorted by the lowest CPU.
  std::vector<Core> cores;
  // Offline now and online then, by what is known of their cores: a thread of it is online, the
  // whole core is offline (it is the host's, then), or nothing.
  CpuSet back_by_number, back_whole, back_unplaced;
  CpuWords words;
  BootMemory memory;
  // The crash kernel's parts were seen in this boot, and the next has the same arguments.
  bool crash_seen = false;
  // hugetlb_cma=, with which the kernel takes no 1G pages at boot.
  std::optional<KernelArg> hugetlb_cma;
  // By id, with the CPUs and the memory of that boot. CPUs that no node lists have joined one.
  std::vector<NumaNode> nodes;

  // The CPUs that new interrupts may go to when `isolated` are for guests: those that the host
  // keeps, and those that are plugged in later. Not those that may be siblings of the isolated
  // ones.
  CpuSet interrupt_cpus(const CpuSet& isolated) const {
    return (online - isolated) | back_whole | (possible - present);
  }
};

NextMachine next_machine(const Facts& facts, const Policy& policy, const Kernel& kernel);

}  // namespace vfirst
