// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What network port a PF has, as far as the plan has to know it.

#include "plan/draft.hpp"
#include "plan/port_choice.hpp"

namespace vfirst {

bool is_nic(const PciFunction&);

// A port in InfiniBand mode. Its VFs have GUIDs and no MAC addresses. Its netdev, if any, comes
// from ib_ipoib, which no VF waits for.
bool is_infiniband(const PciFunction&);

// Does the host have a network interface for it? A PF on a vfio driver belongs to a guest or to a
// program in user space.
bool has_port(const PciFunction&);

// Which of the PF's ports this section means.
PortChoice port_of(const PfPolicy&);

// Reports that a setting of this PF is left out because has_port() is false. `what`: "queues is".
void report_no_port(Draft&, const ChosenPf&, const Origin& from, std::string_view what);

}  // namespace vfirst
