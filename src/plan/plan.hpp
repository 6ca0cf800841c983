// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Facts × Policy → Plan: a value. It is printed, compared and tested before anything is carried
// out.

#include "facts/facts.hpp"
#include "kargs/arguments.hpp"
#include "plan/action.hpp"
#include "plan/finding.hpp"
#include "plan/migration.hpp"
#include "policy/policy.hpp"

#include <string>
#include <variant>
#include <vector>

namespace vfirst {

// One kernel argument that the plan asks for.
struct PlannedArg : KernelArg {
  PlannedArg() = default;
  // From make_arg() or the tokenizer, so that spelling, key and value belong together.
  PlannedArg(KernelArg arg, std::string why, Origin from)
      : KernelArg(std::move(arg)), because(std::move(why)), policy(std::move(from)) {}
  std::string because;
  Origin policy;
  // As it is written: key=value, quoted where the kernel needs it.
  const std::string& text() const { return raw; }
  bool operator==(const PlannedArg&) const = default;
};

struct PlannedPages {
  unsigned node = 0;
  std::uint64_t size_kb = 0, pages = 0;
  bool operator==(const PlannedPages&) const = default;
};

struct PlannedPf {
  // Of its [pf NAME].
  std::string name;
  PciAddress address;
  // The PF's own.
  std::string driver;
  int node = -1;
  unsigned vfs = 0;
  bool required = true;
  bool operator==(const PlannedPf&) const = default;
};

struct PlannedVf {
  PciAddress pf;
  unsigned index = 0;
  PciAddress address;
  VfDriver driver;
  std::optional<MacAddress> mac;
  // Of an InfiniBand port's VF; absent where the policy sets none, or the PF's own is not shown.
  std::optional<Guid> guid{};
  // Absent where it does not go to a guest.
  std::optional<Migration> migration{};
  // The policy has a vf-migration for it.
  bool migration_wanted = false;
  // ", MAC 02:.." or ", GUID 02:.."; "" where it has none that is known.
  std::string identity_phrase() const {
    if (mac) return ", MAC " + mac->str();
    return guid ? ", GUID " + guid->str() : std::string();
  }
  bool operator==(const PlannedVf&) const = default;
};

struct Step {
  Action action;
  std::string because;
  Origin policy;
  // Positions, in the same list of steps, of those that must be over before it. Each is smaller
  // than its own.
  std::vector<std::size_t> after;
  // False: its failure is only noted.
  bool required = true;
  bool operator==(const Step&) const = default;
};

// What the booted kernel must show for an argument to count as effective. Each is read from sysfs
// or procfs.
struct WantIsolated {
  CpuSet cpus;
  bool operator==(const WantIsolated&) const = default;
};
struct WantNohzFull {
  CpuSet cpus;
  bool operator==(const WantNohzFull&) const = default;
};
// default_smp_affinity
struct WantIrqAffinity {
  CpuSet cpus;
  bool operator==(const WantIrqAffinity&) const = default;
};
struct WantPages {
  unsigned node = 0;
  std::uint64_t size_kb = 0, pages = 0;
  bool operator==(const WantPages&) const = default;
};
struct WantDefaultHugepage {
  std::uint64_t size_kb = 0;
  bool operator==(const WantDefaultHugepage&) const = default;
};
struct WantIommu {
  bool active = true;
  bool operator==(const WantIommu&) const = default;
};
struct WantIommuPassthrough {
  bool operator==(const WantIommuPassthrough&) const = default;
};
// sys/devices/virtual/workqueue/cpumask
struct WantWorkCpus {
  CpuSet cpus;
  bool operator==(const WantWorkCpus&) const = default;
};
// A file of procfs or sysfs with one value, such as proc/sys/kernel/watchdog.
struct WantShown {
  // For people: "hard lockup detector".
  std::string name;
  std::string file;
  // As a kernel argument has it: `1` is met by 1 and by Y.
  std::string value;
  bool operator==(const WantShown&) const = default;
};
// Of each CPU that has a frequency driver.
struct WantFrequency {
  std::string governor;
  // The preference that the driver is left with (energy_performance_preference); "" any.
  std::string preference;
  bool operator==(const WantFrequency&) const = default;
};
struct WantMaxCstate {
  unsigned deepest = 1;
  // Of the driver that was there when it was planned: the last directory cpuidle/stateN, and its
  // name. Absent: only the C-number counts.
  std::optional<unsigned> state{};
  std::string name{};
  bool operator==(const WantMaxCstate&) const = default;
};
// That the argument is there, where no effect can be read.
struct WantArg {
  KernelArg arg;
  bool operator==(const WantArg&) const = default;
};
using Want = std::variant<
    WantIsolated, WantNohzFull, WantIrqAffinity, WantPages, WantDefaultHugepage, WantIommu,
    WantIommuPassthrough, WantMaxCstate, WantWorkCpus, WantShown, WantFrequency, WantArg>;

struct Expectation {
  Want want;
  // The kernel arguments that ask for it.
  std::vector<KernelArg> asked;
  Origin policy;
  bool operator==(const Expectation&) const = default;
};

inline constexpr std::string_view kForeignArgument = "foreign-argument";

struct Plan {
  // In the order in which they are written.
  std::vector<PlannedArg> kargs;
  // Disjoint; together they are the online CPUs.
  CpuSet reserved, isolated;
  // `isolate = balanced`: the scheduler still spreads guests over `isolated`.
  bool balanced = false;
  std::vector<PlannedPages> hugepages;
  std::vector<PlannedPf> pfs;
  std::vector<PlannedVf> vfs;
  // In an order that satisfies every `after`. The order is never changed: `after` counts on it.
  std::vector<Step> steps;
  std::vector<Expectation> expectations;
  std::vector<Finding> findings;
  // Foreign arguments that make one of the plan's ineffective, as they stand in the command line.
  // The findings of the code kForeignArgument are about them.
  Arguments foreign;
  // Of the facts that the plan was made from.
  std::string fingerprint;
  unsigned timeout_s = 60;
  Role role = Role::host;

  Arguments arguments() const;
  // The arguments as one text, separated by blanks.
  std::string cmdline() const;
  // A short name for what the plan does: its arguments, and its steps with their order. Two plans
  // that differ only in sentences, findings or origins have the same.
  std::string hash() const;
  // Is a hash that was stored earlier this plan's? True for what 0.1.0 called it, too: a host may
  // update its package while a trial is under way.
  bool known_as(std::string_view stored) const;
  // Is this a step that only loads what a kernel chose for `vf-driver = vfio`? Another kernel may
  // choose another driver, or one for two devices, so such a step is not in the hash.
  bool loads_chosen_driver(const Step&) const;
  bool operator==(const Plan&) const = default;
};

// When the steps of a plan are done or looked at: at a later boot, by the kernel that the plan is
// for; or now, by the kernel that runs. The two have the same arguments, steps and hash, but what
// `vf-driver = vfio` comes to is the choice of one kernel.
enum class StepsAt { next_boot, now };

// Refuses what cannot be done on this machine at all, in one line with the policy's file:line where
// a line is to blame. Everything else that the owner should know is a finding. Pure: no clock, no
// environment, no I/O. `release`: the kernel that the plan is for; empty: the newest one that is
// installed, or the running one.
Result<Plan> make_plan(
    const Facts& facts, const Policy& policy, const std::string& release = {},
    StepsAt when = StepsAt::next_boot);

}  // namespace vfirst
