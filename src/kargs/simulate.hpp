// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Simulates what a kernel does with a whole command line on a machine, before it boots: the effect
// of each argument, the resulting state, the messages that the kernel logs, and whether it boots at
// all. The rules are read from the sources of 6.1 and 6.12; tests/vm/calibrate compares them with
// booted kernels of 6.12. Differences of other releases have not been booted.

#include "base/cpu_set.hpp"
#include "base/kernel_version.hpp"
#include "base/memory_range.hpp"
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
  // 0: a node without memory, unless memory_known is false.
  std::uint64_t memory_kb = 0;
  bool memory_known = true;
  // How many 1 GiB frames the node gives on every boot, and at most: the kernel's image, its page
  // structs and the initramfs occupy some. Absent: not known, so the amount of memory decides.
  std::optional<std::uint64_t> frames, most_frames;
  // Where it lies, sorted; empty where that is not known.
  std::vector<MemoryRange> ranges = {};
  // False: it comes after the kernel has read its line (memory that is plugged in later, or that a
  // driver adds), so no argument can name it.
  bool at_boot = true;
  bool operator==(const SimulatedNode&) const = default;
};

// Memory of a node that the booted kernel keeps for the kernel that dumps a crash.
struct CrashPart {
  unsigned node = 0;
  std::uint64_t kb = 0;
  bool operator==(const CrashPart&) const = default;
};

struct SimulatedMachine {
  // 0.0 counts as the newest.
  KernelVersion kernel;
  // The kernel's own, "5.14.0-503.el9.x86_64"; "" unknown.
  std::string release;
  std::string architecture = "x86_64";
  CpuSet possible, present;
  unsigned boot_cpu = 0;
  // The CPUs that are not the first thread of their core.
  CpuSet secondary;
  // The vulnerabilities of this CPU for which the kernel switches SMT off where it is asked to, by
  // their names in sysfs; absent: not known.
  std::optional<std::set<std::string, std::less<>>> smt_bugs;
  // The online nodes, sorted by id. Their memory is all that there is, whatever the line.
  std::vector<SimulatedNode> nodes;
  // The flag pdpe1gb. On other architectures page_kb decides.
  bool gigabyte_pages = true;
  std::uint64_t page_kb = 4;
  // CONFIG_ options that are known not to be set.
  std::set<std::string, std::less<>> options_off;
  // What a kernel with these crashkernel= arguments was seen to keep. Empty: not known.
  std::vector<CrashPart> crash_seen;
  std::string crash_words;
  // What the line of the boot that showed `nodes` said about them (NodeWords::text).
  std::string node_words;

  bool x86() const { return architecture.starts_with("x86") || architecture.starts_with("i"); }

  // A kernel of RHEL's or of a rebuild of it: ".el9" in its release.
  bool release_is_el(unsigned version) const;
  bool operator==(const SimulatedMachine&) const = default;
};

// not_judged: the kernel reads the argument or may read it, and what it makes of it is not
// modelled.
enum class Effect { effective, not_judged, partial, ignored };
// "effective", "not judged", "partial", "ignored".
std::string_view effect_name(Effect);

// Who reads an argument.
enum class Reader {
  // The kernel itself, its drivers or a built-in module.
  kernel,
  // The loadable module that it names before the dot.
  module,
  // Known programs of user space, from /proc/cmdline: systemd, dracut, an installer.
  user_space,
  // Nobody that is known: the kernel passes it to init, as an argument or a variable.
  init,
};

struct ArgumentVerdict {
  KernelArg arg;
  Effect effect = Effect::effective;
  // The effect: "isolates 2-3".
  std::string does;
  // The kernel's rule, where the argument is not fully effective.
  std::string rule;
  // The kernel's own message about it, word for word.
  std::string message;
  Reader reader = Reader::kernel;
  bool operator==(const ArgumentVerdict&) const = default;
};

struct SimulatedPool {
  std::uint64_t size_kb = 0, pages = 0;
  // Pages by node; only nodes with memory.
  std::map<unsigned, std::uint64_t> nodes;
  // False: there may be too little memory, or it is not known which node gives the pages.
  bool sure = true;
  bool operator==(const SimulatedPool&) const = default;
};

struct Simulation {
  // In the order of the line.
  std::vector<ArgumentVerdict> arguments;
  // The CPUs that it brings up.
  CpuSet online;
  CpuSet isolated, nohz_full, managed_irq, rcu_nocbs, irq_default;
  // What crashkernel= takes.
  std::vector<CrashPart> crash;
  // As sys/kernel/mm/hugepages shows them, sorted by size.
  std::vector<SimulatedPool> hugepages;
  std::uint64_t default_hugepage_kb = 0;
  // Absent: the line does not decide it.
  std::optional<bool> passthrough;
  std::optional<bool> iommu_off;
  // What init gets, as the kernel counts it.
  std::vector<std::string> init_words, init_variables;
  // In the order in which the kernel prints them.
  std::vector<std::string> log;
  // Why the kernel does not boot.
  std::vector<std::string> fatal;
  bool boots() const { return fatal.empty(); }
  Effect worst() const;
  bool operator==(const Simulation&) const = default;
};

// The sizes of huge pages that a kernel has on this machine, in KiB and sorted.
std::vector<std::uint64_t> hugepage_sizes(const SimulatedMachine& machine);

Simulation simulate(const CommandLine& line, const SimulatedMachine& machine);

// Refuses a line with which this kernel does not boot.
Status boots(const CommandLine& line, const SimulatedMachine& machine);

// The arguments of `ours` that are not effective in this line, and why. One that is not in the line
// counts as ignored.
std::vector<ArgumentVerdict> not_effective(
    const CommandLine& line, const std::vector<KernelArg>& ours, const SimulatedMachine& machine);

}  // namespace vfirst
