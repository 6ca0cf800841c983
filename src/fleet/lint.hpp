// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a policy would give each of many machines, one row for each.

#include "fleet/hosts.hpp"
#include "plan/plan.hpp"
#include "policy/policy_set.hpp"

namespace vfirst {

struct LintRow {
  std::string host, product;
  // The reason; empty where there is a plan.
  std::string refused;
  // The plan's hash.
  std::string plan;
  // How many CPUs.
  std::size_t reserved = 0, isolated = 0;
  std::vector<PlannedPages> pages;
  unsigned vfs = 0;
  std::vector<Finding> findings;
  std::size_t count(Severity severity) const;
};

struct LintReport {
  // Sorted by host.
  std::vector<LintRow> rows;
  // Policy files whose [match] fits no machine.
  std::vector<std::string> unused;
  bool refuses() const;
  // A machine would not get what the policy asks for.
  bool errs() const;
};

Result<LintReport> lint(
    const std::vector<HostFile>& hosts, const PolicySet& policy, const HostWork& how);

// A table, with refusals and error findings under their rows.
std::string lint_text(const LintReport& report);
// Schema vfirst.lint/1.
std::string lint_json(const LintReport& report);

}  // namespace vfirst
