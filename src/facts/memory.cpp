// SPDX-License-Identifier: GPL-2.0-or-later
// Memory of the whole machine: proc/meminfo, hugepage sizes, what crashkernel= took.
#include "base/kernel_paths.hpp"
#include "facts/readers.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {

std::uint64_t kilobytes(std::optional<std::string_view> value) {
  if (!value) return 0;
  return parse_number(value->substr(0, value->find(' '))).value_or(0);
}

// No file tells the base page size. On arm64 it follows from the hugepage sizes: a 512 MiB PMD page
// means 64K base pages, a 32 MiB one without a 64K contiguous size 16K
// (Documentation/arch/arm64/hugetlbpage.rst).
std::uint64_t base_page_kb(const CpuFacts& cpu, const std::vector<std::uint64_t>& sizes) {
  if (cpu.architecture != "aarch64") return 4;
  const auto has = [&](std::uint64_t kb) {
    return std::find(sizes.begin(), sizes.end(), kb) != sizes.end();
  };
  if (has(524288)) return 64;
  return has(32768) && !has(64) ? 16 : 4;
}

// Lines "  2b000000-3affffff : Crash kernel", in hexadecimal; for others than root all are zeros.
std::vector<MemoryRange> crash_ranges(const Root& root) {
  std::vector<MemoryRange> out;
  const auto text = root.read("proc/iomem");
  if (!text) return out;
  for (const auto line : split(*text, '\n')) {
    if (!line.ends_with(" : Crash kernel")) continue;
    const auto range = trimmed(line.substr(0, line.find(" : ")));
    const auto dash = range.find('-');
    if (dash == range.npos) continue;
    const auto start = parse_number(range.substr(0, dash), 16);
    const auto end = parse_number(range.substr(dash + 1), 16);
    if (start && end && *end > *start) out.push_back({*start >> 10, (*end + 1) >> 10});
  }
  return out;
}

}  // namespace

MemoryFacts read_memory(const Root& root, const CpuFacts& cpu, Gaps& gaps) {
  MemoryFacts memory;
  if (const auto text = root.read(kernel_paths::kMemory)) {
    memory.total_kb = kilobytes(field(*text, "MemTotal"));
    memory.default_hugepage_kb = kilobytes(field(*text, "Hugepagesize"));
  } else {
    gaps.push_back(fmt::format(
        "{}: not shown, the memory of the machine is not known", kernel_paths::kMemory));
  }
  if (const auto names = root.list("sys/kernel/mm/hugepages")) {
    for (const std::string_view name : *names) {
      if (!name.starts_with("hugepages-") || !name.ends_with("kB")) continue;
      if (const auto kb = parse_number(name.substr(10, name.size() - 12)))
        memory.hugepage_sizes_kb.push_back(*kb);
    }
    std::sort(memory.hugepage_sizes_kb.begin(), memory.hugepage_sizes_kb.end());
  } else {
    gaps.push_back("sys/kernel/mm/hugepages: not shown, the kernel's hugepage sizes are not known");
  }
  memory.page_kb = base_page_kb(cpu, memory.hugepage_sizes_kb);
  memory.crashkernel_bytes = root.number(kernel_paths::kCrashKernelBytes).value_or(0);
  // The file is long on a large host.
  if (memory.crashkernel_bytes) memory.crash_ranges = crash_ranges(root);
  return memory;
}

}  // namespace vfirst::facts
