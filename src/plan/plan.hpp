// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Facts × Policy → Plan: a value that is printed, compared, tested, and never half executed.

#include "facts/facts.hpp"
#include "kargs/command_line.hpp"
#include "plan/action.hpp"
#include "policy/policy.hpp"

#include <string>
#include <variant>
#include <vector>

namespace vfirst {

enum class Severity { note, warning, error };

struct Finding {
  Severity severity = Severity::note;
  // stable, kebab-case: "vf-remote-node"
  std::string code;
  std::string message;
  bool operator==(const Finding&) const = default;
};

// A kernel argument that we want.
struct PlannedArg : KernelArg {
  std::string because;
  Origin policy;
  // as it is written: key=value, quoted where the kernel needs it
  const std::string& text() const { return raw; }
  bool operator==(const PlannedArg&) const = default;
};

struct PlannedPages {
  unsigned node = 0;
  std::uint64_t size_kb = 0, pages = 0;
  bool operator==(const PlannedPages&) const = default;
};

struct PlannedPf {
  // of its [pf NAME]
  std::string name;
  PciAddress address;
  // the PF's own
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
  bool operator==(const PlannedVf&) const = default;
};

struct Step {
  Action action;
  std::string because;
  Origin policy;
  // indices of steps that must be over before it
  std::vector<std::size_t> after;
  // false: its failure is a note
  bool required = true;
  bool operator==(const Step&) const = default;
};

// What must be seen in the booted kernel for an argument to count as effective. Each is checked
// from sysfs or procfs.
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
struct WantMaxCstate {
  unsigned deepest = 1;
  bool operator==(const WantMaxCstate&) const = default;
};
// presence, where no effect can be read
struct WantArg {
  KernelArg arg;
  bool operator==(const WantArg&) const = default;
};
using Want = std::variant<
    WantIsolated, WantNohzFull, WantIrqAffinity, WantPages, WantDefaultHugepage, WantIommu,
    WantIommuPassthrough, WantMaxCstate, WantArg>;

struct Expectation {
  Want want;
  // the kernel arguments that ask for it
  std::vector<KernelArg> asked;
  Origin policy;
  bool operator==(const Expectation&) const = default;
};

// an argument of others that makes one of ours void
struct ForeignWord {
  // as it stands in the line
  std::string word;
  // which of the findings says so
  std::size_t finding = 0;
  bool operator==(const ForeignWord&) const = default;
};

struct Plan {
  // in the order they are written
  std::vector<PlannedArg> kargs;
  // disjoint, together the online CPUs
  CpuSet reserved, isolated;
  std::vector<PlannedPages> hugepages;
  std::vector<PlannedPf> pfs;
  std::vector<PlannedVf> vfs;
  // an order that satisfies every `after`
  std::vector<Step> steps;
  std::vector<Expectation> expectations;
  std::vector<Finding> findings;
  std::vector<ForeignWord> foreign;
  // of the facts it was made from
  std::string fingerprint;
  unsigned timeout_s = 60;
  Role role = Role::host;

  std::vector<KernelArg> arguments() const;
  // the arguments as one text
  std::string cmdline() const;
  // short; over arguments and steps
  std::string hash() const;
  bool operator==(const Plan&) const = default;
};

// Refuses (one line, with the policy's file:line where one is to blame) what cannot be done on this
// machine at all; everything that can be lived with is a finding. Pure: no clock, no environment,
// no I/O. `release`: the kernel the plan is for; empty: the newest installed one, or the running
// one.
Result<Plan> make_plan(const Facts& facts, const Policy& policy, const std::string& release = {});

}  // namespace vfirst
