// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/hugepage_pool.hpp"

namespace vfirst {

std::string hugepage_pool(const Root& root, unsigned node, std::uint64_t size_kb) {
  const auto of_node = fmt::format("sys/devices/system/node/node{}", node);
  return fmt::format(
      "{}/hugepages/hugepages-{}kB", root.exists(of_node) ? of_node : "sys/kernel/mm", size_kb);
}

}  // namespace vfirst
