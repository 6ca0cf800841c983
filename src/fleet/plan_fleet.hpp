// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A plan for each of many hosts, a file each.

#include "fleet/hosts.hpp"
#include "plan/plan.hpp"
#include "policy/policy_set.hpp"

#include <map>

namespace vfirst {

// One host that is not here: the plan that `vfirst plan --facts` makes of it.
Result<Plan> plan_host(const Facts& facts, const PolicySet& policy, const std::string& kernel);

struct RefusedHost {
  std::string host, why;
  bool operator==(const RefusedHost&) const = default;
};

struct FindingCount {
  Severity severity = Severity::note;
  // that have it at least once
  std::size_t hosts = 0;
  bool operator==(const FindingCount&) const = default;
};

struct FleetSummary {
  std::size_t hosts = 0, planned = 0;
  // by host
  std::vector<RefusedHost> refused;
  // by code, with its highest severity
  std::map<std::string, FindingCount> findings;
  bool operator==(const FleetSummary&) const = default;
};

// Writes OUT/HOST.plan.json (the bytes of `vfirst plan --facts --json`) for each host and
// OUT/summary.json, each under another name first and then renamed. A host that is refused has no
// plan there afterwards, not an earlier run's either. Fails where OUT cannot be written; what was
// done until then stays.
Result<FleetSummary> plan_fleet(
    const std::vector<HostFile>& hosts, const PolicySet& policy, const std::filesystem::path& out,
    const HostWork& how);

}  // namespace vfirst
