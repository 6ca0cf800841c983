// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// How kernels and architectures differ in reading a command line. An unknown version counts as new.

#include "base/kernel_version.hpp"
#include "base/result.hpp"

#include <string_view>

namespace vfirst {

// isolcpus=managed_irq,domain,...: since 5.6. Earlier kernels drop the whole argument when they do
// not know a flag.
bool isolcpus_flags_supported(KernelVersion);
// hugepages=0:4,1:4: since 5.16. Earlier kernels read `0:4,1:4` with sscanf("%lu") as 0 pages, and
// log nothing.
bool hugepage_node_form(KernelVersion);
// Up to 5.17 there is one housekeeping mask: isolcpus and nohz_full must name the same CPUs, or the
// kernel drops the second.
bool housekeeping_lists_must_match(KernelVersion);
// `N` for the last CPU in a list: since 5.12. `all`: since 5.13. vfirst writes neither, but foreign
// arguments may have them.
bool cpulist_last_supported(KernelVersion);
bool cpulist_all_supported(KernelVersion);

// COMMAND_LINE_SIZE in bytes, with the terminating NUL. The smallest known one for an architecture
// that is not in the table.
std::size_t command_line_limit(std::string_view architecture);
// Refuses a line that this architecture's kernel would cut, or would not boot with.
Status check_length(std::string_view command_line, std::string_view architecture);

// The kernel passes words that it does not know and that have no dot to init: those without '=' as
// arguments, the others as variables. With one more than this it panics, "Too many boot init vars"
// (init/main.c, unknown_bootoption). CONFIG_INIT_ENV_ARG_LIMIT is 32 everywhere; HOME and TERM take
// two of the 33 places for variables, and "init" takes one of those for arguments.
constexpr unsigned kInitWords = 32;
constexpr unsigned kInitVariables = 31;

}  // namespace vfirst
