// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One `vfirst boot`: the gates, the steps, and the record of what came of them.

#include "host/files.hpp"
#include "plan/plan.hpp"
#include "steps/runner.hpp"

namespace vfirst {

struct BootReport {
  std::string phase;                                             // "initrd" or "root"
  std::string plan_hash;
  std::string skipped;                                           // the closed gate's reason; "" where the steps were run
  std::vector<StepResult> steps;
  bool abandoned = false;
  double started_s = 0, finished_s = 0;                          // since switching on (CLOCK_BOOTTIME)

  unsigned writes() const;
  unsigned count(StepState) const;
  bool complete() const;                                         // every required step holds, or waits for a later event
  std::string summary() const;                                   // one line: "31 steps: 24 done, 7 unchanged; 24 writes in 1.204 s"
};

// Never fails: what goes wrong is in the report. `budget`: for everything.
BootReport boot(const Plan& plan, const Machine& machine, Events::Time budget, const Progress& progress = {});

inline constexpr auto kResultFile = "run/vfirst/result.json";    // schema vfirst.boot/1; survives switch-root
// The initramfs's own result, kept where it was not whole: the real root writes result.json anew when it does the rest, and
// what the initramfs lacked is still worth mending.
inline constexpr auto kInitrdFile = "run/vfirst/initrd.json";
// The PFs that vfirst has set up in this boot, an address a line. A default route that shows up on one of them later does
// not turn it into a device to keep away from (facts/critical.cpp).
inline constexpr auto kOwnPfsFile = "run/vfirst/pfs";
inline constexpr auto kReadyFile = "run/vfirst/ready";           // lines of key=value, for verify

// Leaves the files alone when this run found everything as it was and they already say so: a second run writes nothing.
Status record(const BootReport& report, Files& files);
std::string to_json(const BootReport& report);

struct Ready {
  double at_s = 0;                                               // when the last required step held for the first time
  std::string phase, plan_hash;
};
std::optional<Ready> read_ready(const Root& root);
std::optional<Ready> parse_ready(std::string_view text);

}  // namespace vfirst
