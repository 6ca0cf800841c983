// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Reads the result of Ironic's inspection: the file of `baremetal node inventory save`, or the data
// that its agent posts. Its parts depend on the collectors that ran (ironic-python-agent,
// ipa-inspection-collectors): default, numa-topology, pci-devices, extra-hardware.

#include "facts/facts.hpp"

#include <string_view>

namespace vfirst {

// Refused without numa-topology: a plan needs its CPU numbers. Everything else that is missing
// (SR-IOV, the IOMMU, kernels, the boot loader and so on) is a line in Facts::gaps. `name` is the
// document's name, for refusals.
Result<Facts> read_ironic(std::string_view name, std::string_view text);

}  // namespace vfirst
