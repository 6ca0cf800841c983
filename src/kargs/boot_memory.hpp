// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The memory that a kernel has with a command line, by node: what mem= and memmap= leave of it, and
// what crashkernel= takes. Sources: arch/x86/kernel/e820.c, arch/arm64/mm/init.c,
// kernel/crash_reserve.c.

#include "kargs/simulate.hpp"

#include <vector>

namespace vfirst {

struct BootMemory {
  // The nodes that are there when the kernel reads its line, with what is left of them: `nodes`
  // with what crashkernel= takes, `free` without.
  std::vector<SimulatedNode> nodes, free;
  std::vector<CrashPart> crash;
  // The kernel may put the crash kernel's memory elsewhere: its size is near what is free below 4G.
  bool crash_unsure = false;
  // The arguments that take memory away, as they stand in the line.
  std::vector<KernelArg> limits;
  // Those whose effect is not modelled (memmap=exactmap).
  std::vector<KernelArg> not_judged;
};

BootMemory boot_memory(const CommandLine& line, const SimulatedMachine& machine);

// The crashkernel= arguments of the line as one text, to compare two lines.
std::string crash_words(const CommandLine& line);

// Frames of this size (1 GiB) that lie wholly in the ranges. Frame 0 has the firmware's holes and
// never counts.
std::uint64_t whole_frames(
    const std::vector<MemoryRange>& ranges, std::uint64_t frame_kb = std::uint64_t{1} << 20);

}  // namespace vfirst
