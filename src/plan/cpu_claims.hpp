// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What other programs say about CPUs, against the plan: cpu_claims.cpp has systemd and cgroups,
// cpu_pins.cpp irqbalance, nova, kubelet and the guests' own definitions.

#include "plan/draft.hpp"

#include <string>
#include <vector>

namespace vfirst {

// "0-3,^2" of nova and libvirt, "0-3 8" of systemd; nothing for what is no list.
std::optional<CpuSet> claimed_cpus(std::string_view text);

// Several lines of one thing, which add up.
struct CpuClaim {
  CpuSet cpus;
  std::vector<Origin> lines;
  // An empty list of systemd begins anew (config_parse_cpu_set of src/shared/cpu-set-util.c).
  void add(const Neighbour& n);
};

// The line that a finding blames.
inline Origin place_of(const Neighbour& n) {
  return {"/" + n.file, n.line};
}
void claim_finding(
    Draft& draft, Severity severity, const char* code, const std::vector<Origin>& lines,
    std::string text);

// cpu_pins.cpp
void cpu_pin_findings(Draft& draft);

}  // namespace vfirst
