// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The CPU lists of kernel arguments, in the kernel's whole grammar (lib/bitmap-str.c
// bitmap_parselist): ranges, strides `a-b:used/group`, `N` for the last CPU, `all`; commas and
// blanks between regions. The result is literal.

#include "base/cpu_set.hpp"

#include <string_view>

namespace vfirst {

// `nr_cpu_ids`: one more than the highest possible CPU; the kernel drops the whole argument when a
// list goes beyond it. Error::code is the kernel's: invalid_argument, result_out_of_range (ERANGE),
// value_too_large (EOVERFLOW).
Result<CpuSet> parse_kernel_list(std::string_view text, unsigned nr_cpu_ids);

}  // namespace vfirst
