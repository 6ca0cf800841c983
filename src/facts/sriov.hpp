// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The SR-IOV capability of a PF, from sysfs, and from its configuration space what sysfs leaves
// out.

#include "facts/facts.hpp"
#include "host/pci.hpp"

namespace vfirst::facts {

std::optional<Sriov> read_sriov(
    const Root& root, const std::string& dir, std::optional<std::uint64_t> total_vfs,
    const PciCapabilities& config);
// The PCI functions on a device path, from the root port down.
std::vector<PciAddress> pci_path(std::string_view path);

}  // namespace vfirst::facts
