// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What Ironic's inspection found: `baremetal node inventory save`, or the data that its agent
// posts. Its parts depend on the collectors that ran (ironic-python-agent,
// ipa-inspection-collectors): default, numa-topology, pci-devices, extra-hardware.

#include "facts/facts.hpp"

#include <string_view>

namespace vfirst {

// Without numa-topology there are no CPU numbers to plan with: refused. Whatever else it does not
// tell (SR-IOV, the IOMMU, kernels, the boot loader, ...) is a line in Facts::gaps. `name` is the
// document's, for refusals.
Result<Facts> read_ironic(std::string_view name, std::string_view text);

}  // namespace vfirst
