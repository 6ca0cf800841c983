// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What each node can give away as hugepages: its memory, less what the host, the crash kernel and
// drivers need.

#include "plan/budget.hpp"
#include "plan/draft.hpp"

#include <vector>

namespace vfirst {

struct Share {
  NodeBudget budget;
  std::uint64_t pages = 0;
  Origin from;
};

// What the policy asks of this node; nothing where it does not ask. Slow memory gives pages only
// where the policy names its node.
const Setting<PageRequest>* request_for(const Draft& draft, unsigned node);
// Of the nodes with memory that are there when the kernel reads its line, by id.
std::vector<Share> node_shares(Draft& draft);

}  // namespace vfirst
