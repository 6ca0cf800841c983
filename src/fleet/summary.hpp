// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What became of many hosts, for people and for programs.

#include "fleet/plan_fleet.hpp"

namespace vfirst {

// Refusals that differ in numbers alone are one reason.
struct Reason {
  std::string why;                                               // as the first of its hosts has it
  std::vector<std::string> hosts;
};
std::vector<Reason> reasons(const FleetSummary& summary);        // the most frequent first

std::string summary_text(const FleetSummary& summary);
std::string summary_json(const FleetSummary& summary);           // schema vfirst.fleet/1

}  // namespace vfirst
