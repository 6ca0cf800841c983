// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What `vfirst boot` does for one event of a running host.

#include "base/pci_address.hpp"
#include "cli/command.hpp"

namespace vfirst {

// --links: PFs whose interrupts the plan places and whose port is now up, from the socket that
// systemd passes. Most link events concern others (a guest's tap device), so it asks for no facts
// and no plan.
Result<std::vector<PciAddress>> pfs_that_came_up(const Options&);
// --guest: waits for the guest's vectors and puts them where they belong.
ExitCode pin_guest_irqs(const Options&);

}  // namespace vfirst
