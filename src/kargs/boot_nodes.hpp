// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a command line says about NUMA nodes: arch/x86/mm/numa.c (numa_setup), drivers/base/
// arch_numa.c (numa_parse_early_param), arch/x86/kernel/acpi/boot.c (parse_acpi).

#include "kargs/simulate.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vfirst {

struct NodeWords {
  // numa=off, and on x86 numa=noacpi and acpi=off: the kernel reads no table of nodes, and makes
  // one node of everything.
  std::optional<KernelArg> one_node;
  // numa=fake=: nodes that no firmware knows.
  std::optional<KernelArg> fake;

  // As one text, to compare two lines: "" where nothing is said.
  std::string text() const;
};

NodeWords node_words(const CommandLine& line, const SimulatedMachine& machine);

// All nodes as one, with the number 0.
std::vector<SimulatedNode> as_one_node(
    const std::vector<SimulatedNode>& nodes, std::uint64_t page_kb);

}  // namespace vfirst
