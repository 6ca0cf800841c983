// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A plan against the booted kernel: wanted, asked, got, for every expectation and every step.

#include "plan/plan.hpp"
#include "plan/verdict.hpp"
#include "steps/machine.hpp"

#include <vector>

namespace vfirst {

// Only reads. Where something is not as wanted, it quotes the kernel's log.
VerifyReport observe(const Plan& plan, const Machine& machine);

// The parts of observe(), each in a file of its own.
VerifyRow check_expectation(
    const Expectation& expectation, const Root& root, const std::vector<std::string>& log);
std::vector<VerifyRow> check_steps(const Plan& plan, const Machine& machine);
// How early boot ended, by its record; no row where the plan has no steps.
std::vector<VerifyRow> check_early_boot(const Plan& plan, const Root& root);
Receipt make_receipt(const Plan& plan, const Root& root);

// The first of libvirt's daemons to start in this boot, and when (seconds since switching on).
struct Consumer {
  std::string name;
  double started_s = 0;
};
std::optional<Consumer> first_consumer(const Root& root);

}  // namespace vfirst
