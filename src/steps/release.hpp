// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The plan's VFs, taken away again: before a kernel that did not make them comes up on this machine
// without a reset in between.

#include "plan/plan.hpp"
#include "steps/machine.hpp"

namespace vfirst {

// EBUSY, with the VF and its user, where anybody has one; nothing is written.
[[gnu::cold]] Status vfs_unused(const Plan& plan, const Machine& machine);
// Those on a vfio driver are unbound, then the count is 0. Never over a VF in use (EBUSY); what was
// removed until then stays so.
[[gnu::cold]] Status release_vfs(const Plan& plan, const Machine& machine);

}  // namespace vfirst
