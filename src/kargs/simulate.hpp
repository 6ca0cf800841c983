// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a kernel will do with a whole command line on a machine, before it is booted: each
// argument's fate, the state it leads to, the words the kernel will log, and whether the boot comes
// up at all. Rules read from the sources of 6.1 and 6.12, and compared with booted kernels of 6.12
// by tests/vm/calibrate; what differs in other releases has not been booted.

#include "base/cpu_set.hpp"
#include "base/kernel_version.hpp"
#include "kargs/command_line.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace vfirst {

struct SimulatedNode {
  unsigned id = 0;
  // 0: a node without memory, unless memory_known is false
  std::uint64_t memory_kb = 0;
  bool memory_known = true;
  // 1 GiB frames that the node gives on every boot, and at most: the kernel's image, its page
  // structs and the initramfs lie in some. Absent: unknown, memory alone counts.
  std::optional<std::uint64_t> frames, most_frames;
  bool operator==(const SimulatedNode&) const = default;
};

struct SimulatedMachine {
  // 0.0 counts as the newest
  KernelVersion kernel;
  std::string architecture = "x86_64";
  CpuSet possible, present;
  unsigned boot_cpu = 0;
  // online ones, by id
  std::vector<SimulatedNode> nodes;
  // pdpe1gb; other architectures: by page_kb
  bool gigabyte_pages = true;
  std::uint64_t page_kb = 4;
  // CONFIG_ options known not to be set
  std::set<std::string, std::less<>> options_off;
  bool operator==(const SimulatedMachine&) const = default;
};

enum class Effect { effective, partial, ignored };
// "effective", "partial", "ignored"
std::string_view effect_name(Effect);

struct ArgumentVerdict {
  KernelArg arg;
  Effect effect = Effect::effective;
  // "isolates 2-3": what comes of it
  std::string does;
  // the kernel's rule, where it is not simply effective
  std::string rule;
  // what the kernel logs about it, word for word
  std::string message;
  bool operator==(const ArgumentVerdict&) const = default;
};

struct SimulatedPool {
  std::uint64_t size_kb = 0, pages = 0;
  // node -> pages, nodes with memory only
  std::map<unsigned, std::uint64_t> nodes;
  // false: memory runs short, or which node gives is not known
  bool sure = true;
  bool operator==(const SimulatedPool&) const = default;
};

struct Simulation {
  // in the order of the line
  std::vector<ArgumentVerdict> arguments;
  CpuSet isolated, nohz_full, managed_irq, rcu_nocbs, irq_default;
  // as sys/kernel/mm/hugepages shows them, by size
  std::vector<SimulatedPool> hugepages;
  std::uint64_t default_hugepage_kb = 0;
  // absent: the line does not say
  std::optional<bool> passthrough;
  std::optional<bool> iommu_off;
  // handed to init, as the kernel counts them
  std::vector<std::string> init_words, init_variables;
  // in the order in which they are printed
  std::vector<std::string> log;
  // why the boot does not come up
  std::vector<std::string> fatal;
  bool boots() const { return fatal.empty(); }
  Effect worst() const;
  bool operator==(const Simulation&) const = default;
};

Simulation simulate(const CommandLine& line, const SimulatedMachine& machine);

// Refuses a line with which this kernel does not come up.
Status boots(const CommandLine& line, const SimulatedMachine& machine);

// Those of `ours` that stand in the line and are not effective there, and why. An argument of ours
// that is not in the line counts as ignored: the line was not the one it was meant for.
std::vector<ArgumentVerdict> not_effective(
    const CommandLine& line, const std::vector<KernelArg>& ours, const SimulatedMachine& machine);

}  // namespace vfirst
