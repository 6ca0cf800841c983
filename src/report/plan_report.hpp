// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A plan for people and for programs.

#include "plan/plan.hpp"

#include <string>

namespace vfirst {

// Grouped: arguments with reason and policy line, CPUs and hugepages by node, PFs and VFs, steps,
// findings.
std::string plan_text(const Plan& plan, const Facts& facts);
// schema vfirst.plan/1, one document, newline at the end
std::string plan_json(const Plan& plan);

// "note", "warning", "error"
std::string severity_name(Severity severity);

}  // namespace vfirst
