// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A machine with one PF, 0000:01:00.0, and what a plan does with it.

#include "unit/plan/machine.hpp"

#include <algorithm>

namespace vfirst::test {

inline Facts with_pf(std::string_view driver, std::uint16_t vendor, std::uint32_t class_code) {
  auto facts = Machine{}.facts();
  auto pf = nic("0000:01:00.0");
  pf.driver = driver;
  pf.vendor = vendor;
  pf.class_code = class_code;
  if (class_code >> 16 != 0x02) pf.ports.clear();
  facts.pci = {pf};
  return facts;
}

inline bool makes_vfs(const Plan& plan) {
  return std::ranges::any_of(
      plan.steps, [](const Step& step) { return std::holds_alternative<CreateVfs>(step.action); });
}

}  // namespace vfirst::test
