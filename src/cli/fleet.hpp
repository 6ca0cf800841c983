// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the commands that are about many hosts share.

#include "cli/command.hpp"
#include "fleet/hosts.hpp"
#include "policy/policy_set.hpp"

namespace vfirst {

// The policy of --policy or of the search path, refused here where no machine could have it.
Result<PolicySet> policy_set(const Options&);
// With progress on stderr, where that is a terminal.
HostWork host_work(const Options&, std::size_t hosts);

// plan_fleet.cpp
ExitCode run_plan_fleet(const Options&);

}  // namespace vfirst
