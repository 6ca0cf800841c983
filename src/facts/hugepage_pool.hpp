// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Where sysfs shows the hugepages of one size.

#include "host/root.hpp"

#include <cstdint>
#include <string>

namespace vfirst {

// The folder of a node's pages of `size_kb` KiB, relative to the root. A kernel without NUMA shows
// one pool for the whole machine.
std::string hugepage_pool(const Root& root, unsigned node, std::uint64_t size_kb);

}  // namespace vfirst
