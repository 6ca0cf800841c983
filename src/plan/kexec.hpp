// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// May this machine go from one kernel to the next without its firmware (kexec)?

#include "facts/facts.hpp"
#include "plan/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// Does the next kernel's driver find the device usable, which no firmware has reset in between?
// Only where that is known.
[[gnu::cold]] bool survives_kexec(std::string_view driver);

// What speaks against it, a sentence each; empty: nothing that is known. Looked at are the PFs that
// the plan takes, every other network and storage function that has a driver, and VFs that are not
// the plan's to remove.
[[gnu::cold]] std::vector<std::string> against_kexec(const Facts& facts, const Plan& plan);

}  // namespace vfirst
