// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Foreign arguments that make one of vfirst's ineffective or change its meaning. They stand before
// vfirst's, and vfirst does not remove them.

#include "base/cpu_set.hpp"
#include "base/kernel_version.hpp"
#include "kargs/command_line.hpp"

#include <string>
#include <vector>

namespace vfirst {

struct ForeignConflict {
  KernelArg foreign, ours;
  // "the first isolcpus= wins".
  std::string rule;
  bool operator==(const ForeignConflict&) const = default;
};

// `existing`: the line without vfirst's own arguments. A foreign argument with the same effect is
// not a conflict.
std::vector<ForeignConflict> foreign_conflicts(
    const CommandLine& existing, const std::vector<KernelArg>& ours, KernelVersion kernel = {},
    unsigned nr_cpu_ids = CpuSet::kLimit);

}  // namespace vfirst
