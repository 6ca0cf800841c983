// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a kernel will do with a whole command line on a machine, before it is booted: each argument's fate, the state it
// leads to, the words the kernel will log, and whether the boot comes up at all. Rules read from the sources of 6.1 and
// 6.12, and compared with booted kernels of 6.12 by tests/vm/calibrate; what differs in other releases has not been booted.

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
  std::uint64_t memory_kb = 0;                                   // 0: a node without memory, unless memory_known is false
  bool memory_known = true;
  // 1 GiB frames that the node gives on every boot, and at most: the kernel's image, its page structs and the initramfs lie
  // in some. Absent: unknown, memory alone counts.
  std::optional<std::uint64_t> frames, most_frames;
  bool operator==(const SimulatedNode&) const = default;
};

struct SimulatedMachine {
  KernelVersion kernel;                                          // 0.0 counts as the newest
  std::string architecture = "x86_64";
  CpuSet possible, present;
  unsigned boot_cpu = 0;
  std::vector<SimulatedNode> nodes;                              // online ones, by id
  bool gigabyte_pages = true;                                    // pdpe1gb; other architectures: by page_kb
  std::uint64_t page_kb = 4;
  std::set<std::string, std::less<>> options_off;                // CONFIG_ options known not to be set
  bool operator==(const SimulatedMachine&) const = default;
};

enum class Effect { effective, partial, ignored };
std::string_view effect_name(Effect);                            // "effective", "partial", "ignored"

struct ArgumentVerdict {
  KernelArg arg;
  Effect effect = Effect::effective;
  std::string does;                                              // "isolates 2-3": what comes of it
  std::string rule;                                              // the kernel's rule, where it is not simply effective
  std::string message;                                           // what the kernel logs about it, word for word
  bool operator==(const ArgumentVerdict&) const = default;
};

struct SimulatedPool {
  std::uint64_t size_kb = 0, pages = 0;
  std::map<unsigned, std::uint64_t> nodes;                       // node -> pages, nodes with memory only
  bool sure = true;                                              // false: memory runs short, or which node gives is not known
  bool operator==(const SimulatedPool&) const = default;
};

struct Simulation {
  std::vector<ArgumentVerdict> arguments;                        // in the order of the line
  CpuSet isolated, nohz_full, managed_irq, rcu_nocbs, irq_default;
  std::vector<SimulatedPool> hugepages;                          // as sys/kernel/mm/hugepages shows them, by size
  std::uint64_t default_hugepage_kb = 0;
  std::optional<bool> passthrough;                               // absent: the line does not say
  std::optional<bool> iommu_off;
  std::vector<std::string> init_words, init_variables;           // handed to init, as the kernel counts them
  std::vector<std::string> log;                                  // in the order in which they are printed
  std::vector<std::string> fatal;                                // why the boot does not come up
  bool boots() const { return fatal.empty(); }
  Effect worst() const;
  bool operator==(const Simulation&) const = default;
};

Simulation simulate(const CommandLine& line, const SimulatedMachine& machine);

// Refuses a line with which this kernel does not come up.
Status boots(const CommandLine& line, const SimulatedMachine& machine);

// Those of `ours` that stand in the line and are not effective there, and why. An argument of ours that is not in the line
// counts as ignored: the line was not the one it was meant for.
std::vector<ArgumentVerdict> not_effective(const CommandLine& line, const std::vector<KernelArg>& ours, const SimulatedMachine& machine);

}  // namespace vfirst
