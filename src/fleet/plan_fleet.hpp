// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A plan for each of many hosts, one file for each.

#include "fleet/hosts.hpp"
#include "plan/plan.hpp"
#include "policy/policy_set.hpp"

#include <map>

namespace vfirst {

// The plan of `vfirst plan --facts` for one host.
Result<Plan> plan_host(const Facts& facts, const PolicySet& policy, const std::string& kernel);

struct RefusedHost {
  std::string host, why;
  bool operator==(const RefusedHost&) const = default;
};

struct FindingCount {
  Severity severity = Severity::note;
  // How many hosts have it at least once.
  std::size_t hosts = 0;
  bool operator==(const FindingCount&) const = default;
};

struct FleetSummary {
  std::size_t hosts = 0, planned = 0;
  // Sorted by host.
  std::vector<RefusedHost> refused;
  // By code, each with its highest severity.
  std::map<std::string, FindingCount> findings;
  bool operator==(const FleetSummary&) const = default;
};

// Writes OUT/HOST.plan.json (the bytes of `vfirst plan --facts --json`) for each host, and
// OUT/summary.json. Each file is written under a temporary name and renamed. A refused host has no
// plan in OUT afterwards: a plan of an earlier run is removed. Fails where OUT cannot be written;
// the files written before that stay.
Result<FleetSummary> plan_fleet(
    const std::vector<HostFile>& hosts, const PolicySet& policy, const std::filesystem::path& out,
    const HostWork& how);

}  // namespace vfirst
