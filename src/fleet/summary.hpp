// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The result of planning for many hosts, as text for people and as JSON for programs.

#include "fleet/plan_fleet.hpp"

namespace vfirst {

// One reason for refusals; those that differ only in numbers are one.
struct Reason {
  // The text for the first of its hosts.
  std::string why;
  std::vector<std::string> hosts;
};
// The most frequent first.
std::vector<Reason> reasons(const FleetSummary& summary);

std::string summary_text(const FleetSummary& summary);
// Schema vfirst.fleet/1.
std::string summary_json(const FleetSummary& summary);

}  // namespace vfirst
