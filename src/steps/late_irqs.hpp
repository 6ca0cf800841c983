// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Interrupts that come after the boot: whose they are, for those that ask without a plan (a port's
// event, irqbalance).

#include "host/files.hpp"
#include "host/own_paths.hpp"
#include "plan/plan.hpp"

#include <vector>

namespace vfirst {

// The content of kIrqsFile: a line for each PF whose interrupts the plan places ("0000:3b:00.0"),
// and one for each whose VFs guests get, since their vectors are placed when a guest starts
// ("0000:3b:00.0/vfs"). libexec/irqbalance-policy reads it with each interrupt.
std::string irq_owners(const Plan& plan);
// Writes only a difference.
Status record_irqs(const Plan& plan, Files& files);

// Of those PFs the ones that have one of these network devices; all of them where `all`.
std::vector<PciAddress> irq_pfs_of(
    const Root& root, const std::vector<unsigned>& ifindexes, bool all = false);

}  // namespace vfirst
