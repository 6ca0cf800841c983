// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What became of many hosts, for people and for programs.

#include "fleet/plan_fleet.hpp"

namespace vfirst {

// Refusals that differ in numbers alone are one reason.
struct Reason {
  // as the first of its hosts has it
  std::string why;
  std::vector<std::string> hosts;
};
// the most frequent first
std::vector<Reason> reasons(const FleetSummary& summary);

std::string summary_text(const FleetSummary& summary);
// schema vfirst.fleet/1
std::string summary_json(const FleetSummary& summary);

}  // namespace vfirst
