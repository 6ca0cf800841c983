// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The memory that a kernel has with a command line, by node: what mem= and memmap= leave of it, and
// what crashkernel= takes. Sources: arch/x86/kernel/e820.c, arch/arm64/mm/init.c,
// kernel/crash_reserve.c.

#include "kargs/simulate.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vfirst {

// What an argument sets aside on a node, beside the crash kernel's memory: swiotlb=, cma=.
struct KeptPart {
  unsigned node = 0;
  std::uint64_t kb = 0;
  KernelArg arg;
};

struct BootMemory {
  // The nodes that are there when the kernel reads its line, with what is left of them: `nodes`
  // with what crashkernel= takes and what is kept, `free` without.
  std::vector<SimulatedNode> nodes, free;
  std::vector<CrashPart> crash;
  // The kernel may put the crash kernel's memory elsewhere: its size is near what is free below 4G.
  bool crash_unsure = false;
  std::vector<KeptPart> kept;
  // With this argument there is one node, 0.
  std::optional<KernelArg> one_node;
  // Not "": the nodes are others than those of this boot because of this argument, and which ones
  // is not known.
  std::string nodes_unknown;
  // The arguments that take memory away, as they stand in the line.
  std::vector<KernelArg> limits;
  // Those whose effect is not modelled (memmap=exactmap).
  std::vector<KernelArg> not_judged;
};

BootMemory boot_memory(const CommandLine& line, const SimulatedMachine& machine);

// What swiotlb=N sets aside below 4G; 0 for another argument.
std::uint64_t bounce_buffers_kb(const KernelArg& arg);

// The crashkernel= arguments of the line as one text, to compare two lines.
std::string crash_words(const CommandLine& line);

// Of a node's frames of 1 GiB, whole by its memory blocks, those that are broken once the kernel is
// up. Its page structs, 64 bytes a page, take the topmost frames of the node, and the initramfs the
// topmost one below 4G, which is the first node's. Seen in QEMU with two nodes of 4G: 1 of 3 frames
// were left, and 3 of 4. `lowest`: the first node with memory.
std::uint64_t lost_frames(std::uint64_t node_kb, std::uint64_t page_kb, bool lowest);
// Frames of this size (1 GiB) that lie wholly in the ranges. Frame 0 has the firmware's holes and
// never counts.
std::uint64_t whole_frames(
    const std::vector<MemoryRange>& ranges, std::uint64_t frame_kb = std::uint64_t{1} << 20);

}  // namespace vfirst
