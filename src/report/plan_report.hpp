// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A plan, as text for people and as JSON for programs.

#include "plan/plan.hpp"

#include <string>

namespace vfirst {

// In groups: arguments with reason and policy line, CPUs and hugepages by node, PFs and VFs, steps,
// findings. `colour`: errors and warnings in colour. Nothing else in it can act on a terminal.
std::string plan_text(const Plan& plan, const Facts& facts, bool colour = false);
// Schema vfirst.plan/1: one document with a newline at its end.
std::string plan_json(const Plan& plan);

// "note", "warning", "error".
std::string severity_name(Severity severity);

}  // namespace vfirst
