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
  // SIZE,high, and SIZE,low beside it.
  bool high = false;
  std::optional<std::uint64_t> low_kb;
  // SIZE,cma, which comes on top (since 6.17).
  std::uint64_t cma_kb = 0;
};

// `total_kb`: all memory of the machine, for crashkernel=START-END:SIZE.
CrashSize crash_size(
    const CommandLine& line, std::uint64_t total_kb, const SimulatedMachine& machine);

// ",high", ",low" or ",cma" at the end of a crashkernel=; "" for a plain one, and for any other
// argument. Each form is an argument of its own: the last of each counts (get_last_crashkernel).
std::string_view crash_form(const KernelArg& arg);
// Marks the `,high` and `,low` that the kernel does not read: `,high` counts where there is no
// plain one, and `,low` beside `,high`.
void void_crash_forms(const CommandLine& line, std::vector<ArgumentVerdict>& verdicts);

}  // namespace vfirst
