// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The value of isolcpus=: flags, then a CPU list (kernel/sched/isolation.c,
// housekeeping_isolcpus_setup).

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct IsolcpusValue {
  // Without any flag the kernel assumes domain.
  bool nohz = false, domain = false, managed_irq = false;
  // Flags that the kernel skips, with a line in its log.
  std::vector<std::string> unknown;
  // A flag with a wrong character: the kernel drops the whole argument.
  std::string invalid;
  // The rest. The kernel reads a flag only where a comma follows it.
  std::string list;
  bool operator==(const IsolcpusValue&) const = default;
};

IsolcpusValue split_isolcpus(std::string_view value);

}  // namespace vfirst
