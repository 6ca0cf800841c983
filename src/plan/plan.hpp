// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Facts × Policy → Plan: a value that is printed, compared, tested, and never half executed.

#include "facts/facts.hpp"
#include "plan/action.hpp"
#include "policy/policy.hpp"

#include <string>
#include <variant>
#include <vector>

namespace vfirst {

enum class Severity { note, warning, error };

struct Finding {
  Severity severity = Severity::note;
  std::string code;                                              // stable, kebab-case: "vf-remote-node"
  std::string message;
  bool operator==(const Finding&) const = default;
};

struct PlannedArg {                                              // one kernel argument that we want
  std::string key, value;                                        // no value: a bare word
  std::string because;
  Origin policy;
  std::string text() const;                                      // key=value, quoted where the kernel needs it
  bool operator==(const PlannedArg&) const = default;
};

struct PlannedPages {
  unsigned node = 0;
  std::uint64_t size_kb = 0, pages = 0;
  bool operator==(const PlannedPages&) const = default;
};

struct PlannedPf {
  std::string name;                                              // of its [pf NAME]
  PciAddress address;
  std::string driver;                                            // the PF's own
  int node = -1;
  unsigned vfs = 0;
  bool required = true;
  bool operator==(const PlannedPf&) const = default;
};

struct PlannedVf {
  PciAddress pf;
  unsigned index = 0;
  PciAddress address;
  std::string driver;                                            // "" : none; "keep": the kernel's choice
  std::optional<MacAddress> mac;
  bool operator==(const PlannedVf&) const = default;
};

struct Step {
  Action action;
  std::string because;
  Origin policy;
  std::vector<std::size_t> after;                                // indices of steps that must be over before it
  bool required = true;                                          // false: its failure is a note
  bool operator==(const Step&) const = default;
};

// What must be seen in the booted kernel for an argument to count as effective. Each is checked from sysfs or procfs.
struct WantIsolated { CpuSet cpus; bool operator==(const WantIsolated&) const = default; };
struct WantNohzFull { CpuSet cpus; bool operator==(const WantNohzFull&) const = default; };
struct WantIrqAffinity { CpuSet cpus; bool operator==(const WantIrqAffinity&) const = default; };   // default_smp_affinity
struct WantPages { unsigned node = 0; std::uint64_t size_kb = 0, pages = 0; bool operator==(const WantPages&) const = default; };
struct WantDefaultHugepage { std::uint64_t size_kb = 0; bool operator==(const WantDefaultHugepage&) const = default; };
struct WantIommu { bool active = true; bool operator==(const WantIommu&) const = default; };
struct WantIommuPassthrough { bool operator==(const WantIommuPassthrough&) const = default; };
struct WantMaxCstate { unsigned deepest = 1; bool operator==(const WantMaxCstate&) const = default; };
struct WantArg { std::string text; bool operator==(const WantArg&) const = default; };   // presence, where no effect can be read
using Want = std::variant<WantIsolated, WantNohzFull, WantIrqAffinity, WantPages, WantDefaultHugepage, WantIommu,
                          WantIommuPassthrough, WantMaxCstate, WantArg>;

struct Expectation {
  Want want;
  std::string asked;                                             // the kernel argument that asks for it
  Origin policy;
  bool operator==(const Expectation&) const = default;
};

struct ForeignWord {                                             // an argument of others that makes one of ours void
  std::string word;                                              // as it stands in the line
  std::size_t finding = 0;                                       // which of the findings says so
  bool operator==(const ForeignWord&) const = default;
};

struct Plan {
  std::vector<PlannedArg> kargs;                                 // in the order they are written
  CpuSet reserved, isolated;                                     // disjoint, together the online CPUs
  std::vector<PlannedPages> hugepages;
  std::vector<PlannedPf> pfs;
  std::vector<PlannedVf> vfs;
  std::vector<Step> steps;                                       // an order that satisfies every `after`
  std::vector<Expectation> expectations;
  std::vector<Finding> findings;
  std::vector<ForeignWord> foreign;
  std::string fingerprint;                                       // of the facts it was made from
  unsigned timeout_s = 60;
  Role role = Role::host;

  std::string cmdline() const;                                   // the arguments, blank separated
  std::string hash() const;                                      // short; over arguments and steps
  bool operator==(const Plan&) const = default;
};

// Refuses (one line, with the policy's file:line where one is to blame) what cannot be done on this machine at all;
// everything that can be lived with is a finding. Pure: no clock, no environment, no I/O.
// `release`: the kernel the plan is for; empty: the newest installed one, or the running one.
Result<Plan> make_plan(const Facts& facts, const Policy& policy, const std::string& release = {});

}  // namespace vfirst
