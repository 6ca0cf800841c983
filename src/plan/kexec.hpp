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

struct KexecObstacle {
  PciAddress device;
  std::string why;
  // "0000:03:00.0: driver tg3 is not known to survive kexec".
  std::string str() const { return device.str() + ": " + why; }
};

// The known reasons against a kexec; empty where there is none. It looks at the PFs that the plan
// takes, at every other network and storage function that has a driver, and at VFs that the plan
// may not remove.
[[gnu::cold]] std::vector<KexecObstacle> against_kexec(const Facts& facts, const Plan& plan);

}  // namespace vfirst
