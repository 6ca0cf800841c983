// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/kernel_features.hpp"

#include <initializer_list>

namespace vfirst {

namespace {

// A build that no kernel of a stream reaches.
constexpr unsigned kNever = ~0u;

// Where a feature came into Red Hat's kernels, by the number of the build: 553 of
// "4.18.0-553.el8_10". A build between the two is not known.
struct Stream {
  unsigned el, last_without, first_with;
};

Support support(
    KernelVersion kernel, KernelVersion upstream, std::initializer_list<Stream> streams) {
  if (!kernel.known()) return Support::yes;
  for (const auto& [el, last_without, first_with] : streams)
    if (el == kernel.el)
      return kernel.build >= first_with     ? Support::yes
             : kernel.build <= last_without ? Support::no
                                            : Support::not_known;
  const bool reached = kernel >= KernelVersion{upstream.major, upstream.minor};
  if (!reached && kernel.el) return Support::not_known;
  return reached ? Support::yes : Support::no;
}

Support negated(Support value) {
  return value == Support::yes ? Support::no : value == Support::no ? Support::yes : value;
}

struct Limit {
  // The beginning of what `uname -m` prints.
  std::string_view prefix;
  std::size_t bytes;
};
// arch/*/include/{uapi/,}asm/setup.h. On s390 it is a configuration option: 4096 by default since
// 5.14, and 896 before.
constexpr Limit kLimits[] = {
    {"x86_64", 2048},  {"i386", 2048},   {"i486", 2048}, {"i586", 2048},      {"i686", 2048},
    {"aarch64", 2048}, {"arm64", 2048},  {"ppc", 2048},  {"riscv", 1024},     {"arm", 1024},
    {"mips", 4096},    {"parisc", 1024}, {"s390", 896},  {"loongarch", 4096},
};
// asm-generic has 512, alpha and a few others 256.
constexpr std::size_t kLeast = 256;

}  // namespace

// The sources for Red Hat's kernels, "read" in the files of the source packages as AlmaLinux and
// Rocky Linux publish them: 4.18.0-193 (8.2), -240 (8.3), -305, -348, -372, -425, -477, -513, -553
// and its updates to -553.66.1 (8.10, the last of el8); 5.14.0-70 (9.0), -162, -284, -362, -427,
// -503, -570 (9.6); 6.12.0-55 (10.0). "Changelog" is that of the package `kernel`. RHEL 7's kernels
// were not read: where its version is too old for a feature, the answer is not known.

// kernel/sched/isolation.c, housekeeping_isolcpus_setup. Read: "managed_irq," is in all from
// 4.18.0-193.el8 on; earlier builds were not read.
Support isolcpus_flags_supported(KernelVersion kernel) {
  return support(kernel, {5, 6}, {{8, 0, 193}});
}
// The same function; upstream "sched/isolation: Allow "isolcpus=" to skip unknown sub-parameters".
// Read: 4.18.0-193.el8 logs "isolcpus: Error, unknown flag", -240.el8 "Skipped unknown flag".
Support isolcpus_skips_flags(KernelVersion kernel) {
  return support(kernel, {5, 8}, {{8, 193, 240}});
}
// mm/hugetlb.c, hugepages_setup. Read: every el8 has sscanf(s, "%lu", mhp), the last one included.
// Changelog of 5.14.0-179.el9: "hugetlbfs: extend the definition of hugepages parameter to support
// node allocation".
Support hugepage_node_form(KernelVersion kernel) {
  return support(kernel, {5, 16}, {{8, kNever - 1, kNever}, {9, 178, 179}});
}
// Changelog of 5.14.0-179.el9: "hugetlb: fix wrong use of nr_online_nodes".
Support hugepage_node_ids(KernelVersion kernel) {
  return support(kernel, {5, 18}, {{8, kNever - 1, kNever}, {9, 178, 179}});
}
// mm/hugetlb.c, hugetlb_init. Read: hugetlb_add_hstate(HUGETLB_PAGE_ORDER) without a condition in
// all from 4.18.0-240.el8 on.
Support hugepage_middle_pool(KernelVersion kernel) {
  return support(kernel, {5, 8}, {{8, 0, 240}});
}
// mm/hugetlb.c. Read: no padata_do_multithreaded in any el8, nor up to 5.14.0-570.el9.
Support hugepage_threads(KernelVersion kernel) {
  return support(kernel, {6, 9}, {{8, kNever - 1, kNever}, {9, 570, kNever}});
}
// mm/hugetlb.c. Read: neither hugepage_allocation_threads nor memblock_alloc_exact_nid_raw in any
// el8, nor up to 5.14.0-570.el9 and in 6.12.0-55.el10.
Support hugepage_exact_nodes(KernelVersion kernel) {
  return support(kernel, {6, 14}, {{8, kNever - 1, kNever}, {9, 570, kNever}, {10, 55, kNever}});
}
// kernel/sched/isolation.c, housekeeping_setup. Read: every el8 has one housekeeping_mask.
// Changelog of 5.14.0-88.el9: "sched/isolation: Split housekeeping cpumask per isolation features".
Support housekeeping_lists_must_match(KernelVersion kernel) {
  return negated(support(kernel, {5, 18}, {{8, kNever - 1, kNever}, {9, 87, 88}}));
}
// lib/bitmap.c, __bitmap_parselist and its parts. Read: no el8 has 'N' or "all".
Support cpulist_last_supported(KernelVersion kernel) {
  return support(kernel, {5, 12}, {{8, kNever - 1, kNever}});
}
Support cpulist_all_supported(KernelVersion kernel) {
  return support(kernel, {5, 13}, {{8, kNever - 1, kNever}});
}

std::size_t command_line_limit(std::string_view architecture) {
  for (const auto& [prefix, bytes] : kLimits)
    if (architecture.starts_with(prefix)) return bytes;
  return kLeast;
}

Status check_length(std::string_view command_line, std::string_view architecture) {
  const auto limit = command_line_limit(architecture) - 1;
  if (command_line.size() <= limit) return {};
  return refuse(
      "the kernel command line has {} bytes; {} accepts {}", command_line.size(),
      architecture.empty() ? "the kernel" : architecture, limit);
}

}  // namespace vfirst
