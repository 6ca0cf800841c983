// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The mode of a device's embedded switch, through devlink: "legacy" or "switchdev".

#include "base/result.hpp"

#include <string>

namespace vfirst::devlink {

// `bus` and `device` are devlink's names: "pci", "0000:3b:00.0". The answer is EOPNOTSUPP where the
// device has no switch, where its driver has no devlink (the kernel says ENODEV then), and where
// the kernel knows no devlink.
Result<std::string> eswitch_mode(const std::string& bus, const std::string& device);
Status set_eswitch_mode(const std::string& bus, const std::string& device, const std::string& mode);

}  // namespace vfirst::devlink
