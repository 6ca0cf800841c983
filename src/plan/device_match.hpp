// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Whether another tool's configuration is about a device.

#include "facts/facts.hpp"

#include <vector>

namespace vfirst {

// maybe: the facts do not tell, as before the device has its driver.
enum class Answer { no, maybe, yes };

// All conditions must hold.
Answer answer(const std::vector<DeviceMatch>& all, const PciFunction& function);

}  // namespace vfirst
