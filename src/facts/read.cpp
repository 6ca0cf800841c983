// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/read.hpp"

#include "facts/readers.hpp"

namespace vfirst {

Result<Facts> read_facts(const Root& root, const ReadOptions& options) {
  (void)options;
  Facts facts;
  facts.cpu = VFIRST_TRY(facts::read_cpus(root, facts.gaps));
  facts.memory = facts::read_memory(root, facts.cpu, facts.gaps);
  facts.numa = facts::read_nodes(root, facts.cpu, facts.memory, facts.gaps);
  facts.hostname = facts::text_of(root, "proc/sys/kernel/hostname");
  return facts;
}

}  // namespace vfirst
