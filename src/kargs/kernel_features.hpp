// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// How kernels and architectures differ in reading a command line. An unknown version counts as new.
// Red Hat's kernels are judged by their build, see kernel_features.cpp for the sources.

#include "base/kernel_version.hpp"
#include "base/result.hpp"

#include <string_view>

namespace vfirst {

// not_known: no source says which of Red Hat's builds has it first.
enum class Support { no, yes, not_known };

// isolcpus=managed_irq,domain,...: since 5.6. Earlier kernels drop the whole argument when they do
// not know a flag.
Support isolcpus_flags_supported(KernelVersion);
// A flag of isolcpus= that the kernel does not know is skipped: since 5.8.
Support isolcpus_skips_flags(KernelVersion);
// hugepages=0:4,1:4: since 5.16. Earlier kernels read `0:4,1:4` with sscanf("%lu") as 0 pages, and
// log nothing.
Support hugepage_node_form(KernelVersion);
// In this form any online node may be named: since 5.18. The first version of it compared with the
// number of online nodes.
Support hugepage_node_ids(KernelVersion);
// There is a pool of the PMD's size (2M on x86) where default_hugepagesz= names another: since 5.8.
Support hugepage_middle_pool(KernelVersion);
// Pages from the page allocator are allocated by threads, each from the first node on: since 6.9.
Support hugepage_threads(KernelVersion);
// There are more than two such threads per node, and a gigantic page comes from the node that is
// named or not at all: since 6.14.
Support hugepage_exact_nodes(KernelVersion);
// Up to 5.17 there is one housekeeping mask: isolcpus and nohz_full must name the same CPUs, or the
// kernel drops the second.
Support housekeeping_lists_must_match(KernelVersion);
// `N` for the last CPU in a list: since 5.12. `all`: since 5.13. vfirst writes neither, but foreign
// arguments may have them.
Support cpulist_last_supported(KernelVersion);
Support cpulist_all_supported(KernelVersion);

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
