// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/kernel_features.hpp"

namespace vfirst {

namespace {

bool since(KernelVersion kernel, unsigned major, unsigned minor) {
  return !kernel.known() || kernel >= KernelVersion{major, minor};
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

bool isolcpus_flags_supported(KernelVersion kernel) {
  return since(kernel, 5, 6);
}
bool hugepage_node_form(KernelVersion kernel) {
  return since(kernel, 5, 16);
}
bool housekeeping_lists_must_match(KernelVersion kernel) {
  return !since(kernel, 5, 18);
}
bool cpulist_last_supported(KernelVersion kernel) {
  return since(kernel, 5, 12);
}
bool cpulist_all_supported(KernelVersion kernel) {
  return since(kernel, 5, 13);
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
