// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Which vfio drivers a kernel has for the VFs of a PF.

#include "facts/facts.hpp"
#include "host/modules.hpp"
#include "host/root.hpp"

#include <string>
#include <vector>

namespace vfirst::facts {

// What the VFs of this PF will say of themselves: "pci:v000015B3d0000101Esv...". Vendor and
// subsystem of a VF are those of its PF, its device ID is in the PF's SR-IOV capability (PCI
// Express base specification, 9.3.4). The class is taken from the PF: no driver of mainline asks
// for another one.
std::string vf_modalias(const PciFunction& pf);

// The modules of `index` that have a "vfio_pci:" alias for the VFs of this PF, the best one first:
// the one whose pattern has the fewest wildcards, as in libvirt's virPCIDeviceFindBestVFIOVariant
// (src/util/virpci.c). The VFs need not exist. `directory` is lib/modules/RELEASE below the root:
// only where more than one variant matches, its text modules.alias is read for the patterns.
std::vector<std::string> vfio_modules(
    const Root& root, const std::string& directory, const ModuleIndex& index,
    const PciFunction& pf);

}  // namespace vfirst::facts
