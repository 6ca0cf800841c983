// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What differs between kernels and architectures in how they take a command line. An unknown
// version counts as new.

#include "base/kernel_version.hpp"
#include "base/result.hpp"

#include <string_view>

namespace vfirst {

// isolcpus=managed_irq,domain,...: 5.6. Before, a flag it did not know made the kernel drop the
// whole argument.
bool isolcpus_flags_supported(KernelVersion);
// hugepages=0:4,1:4: 5.16. Before, sscanf("%lu") reads `0:4,1:4` as 0 pages without a word.
bool hugepage_node_form(KernelVersion);
// Up to 5.17 there is one housekeeping mask: isolcpus and nohz_full must name the same CPUs, or the
// second is dropped.
bool housekeeping_lists_must_match(KernelVersion);
// `N` for the last CPU in a list: 5.12; `all`: 5.13. (We write neither; foreign arguments may.)
bool cpulist_last_supported(KernelVersion);
bool cpulist_all_supported(KernelVersion);

// COMMAND_LINE_SIZE: bytes with the terminating NUL. The least known one for an architecture that
// is not in the table.
std::size_t command_line_limit(std::string_view architecture);
// Refuses a line that this architecture's kernel would cut, or not boot with.
Status check_length(std::string_view command_line, std::string_view architecture);

// Words that nobody in the kernel knows and that have no dot are handed to init: those without '='
// as arguments, the others as variables. One more than this and the kernel panics, "Too many boot
// init vars" (init/main.c, unknown_bootoption; CONFIG_INIT_ENV_ARG_LIMIT is 32 everywhere; HOME and
// TERM hold two of the variables' 33 places, "init" one of the words').
constexpr unsigned kInitWords = 32;
constexpr unsigned kInitVariables = 31;

}  // namespace vfirst
