// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What each of many machines would get of a policy, a row each.

#include "fleet/hosts.hpp"
#include "plan/plan.hpp"
#include "policy/policy_set.hpp"

namespace vfirst {

struct LintRow {
  std::string host, product;
  // why; "" where there is a plan
  std::string refused;
  // its hash
  std::string plan;
  // CPUs
  std::size_t reserved = 0, isolated = 0;
  std::vector<PlannedPages> pages;
  unsigned vfs = 0;
  std::vector<Finding> findings;
  std::size_t count(Severity severity) const;
};

struct LintReport {
  // by host
  std::vector<LintRow> rows;
  // policy files whose [match] no machine meets
  std::vector<std::string> unused;
  bool refuses() const;
  // a machine that would not get what the policy asks for
  bool errs() const;
};

Result<LintReport> lint(
    const std::vector<HostFile>& hosts, const PolicySet& policy, const HostWork& how);

// a table; refusals and error findings below their row
std::string lint_text(const LintReport& report);
// schema vfirst.lint/1
std::string lint_json(const LintReport& report);

}  // namespace vfirst
