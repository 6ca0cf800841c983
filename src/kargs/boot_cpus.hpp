// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Which CPUs a kernel brings up with a command line: kernel/cpu.c, arch/x86/kernel/cpu/topology.c
// and arch/x86/kernel/cpu/bugs.c.

#include "kargs/simulate.hpp"

#include <optional>
#include <vector>

namespace vfirst {

// What a command line says about the number of CPUs.
struct CpuWords {
  // nr_cpus=, possible_cpus=: no more CPUs exist for the kernel.
  std::optional<unsigned> possible;
  // maxcpus=, nosmp, nolapic: it brings up no more of them.
  std::optional<unsigned> brought_up;
  // It brings up the first thread of each core only.
  bool smt_off = false;
  // The arguments that say so, as they stand in the line.
  std::vector<KernelArg> words;
  // Arguments that leave CPUs out on some machines, and it is not known whether on this one: those
  // that switch SMT off on a vulnerable CPU, acpi=off and noapic.
  std::vector<KernelArg> undecided;

  bool any() const { return possible || brought_up || smt_off; }
  // The words of both have the same effect.
  bool same_effect(const CpuWords& other) const {
    return possible == other.possible && brought_up == other.brought_up && smt_off == other.smt_off;
  }
};

CpuWords cpu_words(const CommandLine& line, const SimulatedMachine& machine);

struct BootedCpus {
  CpuSet possible, present, online;
  bool operator==(const BootedCpus&) const = default;
};

BootedCpus booted_cpus(const CpuWords& words, const SimulatedMachine& machine);

}  // namespace vfirst
