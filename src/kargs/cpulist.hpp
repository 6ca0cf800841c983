// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The CPU lists of kernel arguments, with the kernel's whole grammar (lib/bitmap-str.c,
// bitmap_parselist): ranges, strides `a-b:used/group`, `N` for the last CPU, `all`; commas and
// blanks between regions. The result is a literal set.

#include "base/cpu_set.hpp"

#include <string_view>

namespace vfirst {

// `nr_cpu_ids`: one more than the highest possible CPU. The kernel drops the whole argument when a
// list goes beyond it. Error::code is that of the kernel: invalid_argument, result_out_of_range
// (ERANGE) or value_too_large (EOVERFLOW).
Result<CpuSet> parse_kernel_list(std::string_view text, unsigned nr_cpu_ids);

}  // namespace vfirst
