// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What each of many machines would get of a policy, a row each.

#include "fleet/hosts.hpp"
#include "plan/plan.hpp"
#include "policy/policy_set.hpp"

namespace vfirst {

struct LintRow {
  std::string host, product;
  std::string refused;                                           // why; "" where there is a plan
  std::string plan;                                              // its hash
  std::size_t reserved = 0, isolated = 0;                        // CPUs
  std::vector<PlannedPages> pages;
  unsigned vfs = 0;
  std::vector<Finding> findings;
  std::size_t count(Severity severity) const;
};

struct LintReport {
  std::vector<LintRow> rows;                                     // by host
  std::vector<std::string> unused;                               // policy files whose [match] no machine meets
  bool refuses() const;
  bool errs() const;                                             // a machine that would not get what the policy asks for
};

Result<LintReport> lint(const std::vector<HostFile>& hosts, const PolicySet& policy, const HostWork& how);

std::string lint_text(const LintReport& report);                 // a table; refusals and error findings below their row
std::string lint_json(const LintReport& report);                 // schema vfirst.lint/1

}  // namespace vfirst
