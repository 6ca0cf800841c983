// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the crashkernel= arguments of a line ask for (kernel/crash_reserve.c, parse_crashkernel).

#include "kargs/simulate.hpp"

#include <optional>

namespace vfirst {

struct CrashSize {
  std::uint64_t size_kb = 0;
  // SIZE@ADDRESS.
  std::optional<std::uint64_t> at_kb;
  // SIZE,high.
  bool high = false;
  // What is kept below 4G where the other part lies above it.
  std::uint64_t low_kb = 0;
  // SIZE,cma, which comes on top (since 6.17), and the argument that says so.
  std::uint64_t cma_kb = 0;
  std::optional<KernelArg> cma;
};

// `total_kb`: all memory of the machine, for crashkernel=START-END:SIZE.
CrashSize crash_size(
    const CommandLine& line, std::uint64_t total_kb, const SimulatedMachine& machine);

// Whether the kernel has SIZE,cma. Up to 6.16 it takes such an argument for a plain one, cannot
// read its size, and keeps nothing at all, whatever stands before it.
bool knows_crash_cma(const SimulatedMachine& machine);
// ",high", ",low" or ",cma" at the end of a crashkernel=; "" for a plain one, and for any other
// argument. Each form is an argument of its own: the last of each counts (get_last_crashkernel).
std::string_view crash_form(const KernelArg& arg, const SimulatedMachine& machine);
// Marks the `,high`, `,low` and `,cma` that the kernel does not read: `,high` counts where there is
// no plain one, `,low` beside `,high`, and `,cma` beside either.
void void_crash_forms(
    const CommandLine& line, const SimulatedMachine& machine,
    std::vector<ArgumentVerdict>& verdicts);

}  // namespace vfirst
