// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The value of isolcpus=: flags, then a CPU list (kernel/sched/isolation.c,
// housekeeping_isolcpus_setup).

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct IsolcpusValue {
  // without any flag: domain
  bool nohz = false, domain = false, managed_irq = false;
  // skipped with a word in the kernel log
  std::vector<std::string> unknown;
  // a flag with a wrong character: the whole argument is dropped
  std::string invalid;
  // what is left; the kernel reads a flag only with a comma behind it
  std::string list;
  bool operator==(const IsolcpusValue&) const = default;
};

IsolcpusValue split_isolcpus(std::string_view value);

}  // namespace vfirst
