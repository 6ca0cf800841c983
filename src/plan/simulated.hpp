// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The facts in the form that the simulator of the command line takes, and the command line that a
// plan leads to.

#include "kargs/simulate.hpp"
#include "plan/plan.hpp"

#include <string_view>
#include <vector>

namespace vfirst {

// `release`: one of facts.kernels; empty: the newest. A release that the facts do not hold has no
// known configuration.
SimulatedMachine simulated_machine(const Facts& facts, std::string_view release = {});

// What others write to the next kernel's line, as the boot loader's files say. Where they do not
// say it: the running kernel's line without what vfirst wrote there, and without what this plan
// writes anew.
CommandLine foreign_line(const Facts& facts, const Plan& plan);
// What will stand in proc/cmdline: that, and the plan's arguments in their place.
CommandLine planned_line(const Facts& facts, const Plan& plan);
// The plan's arguments that would do nothing in that line, or not all that they say, each with the
// kernel's rule.
std::vector<ArgumentVerdict> without_effect(const Facts& facts, const Plan& plan);

}  // namespace vfirst
