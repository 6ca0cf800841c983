// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The commit point of a change: which slot GRUB takes, in one sector.

#include "loader/slots.hpp"

namespace vfirst {

// The block for this selection, every other variable in it kept.
Result<EnvironmentBlock> selector(
    const std::optional<EnvironmentBlock>& block, const Selection& selection);

// Writes it in place, and reads it back.
Status commit(Files& files, const Slots& slots, const Selection& selection);

// GRUB's part in a trial, for whoever takes GRUB's place (kexec): the armed trial counts as taken,
// or (`taken` false) as armed again.
[[gnu::cold]] Status count_trial(Files& files, const BootFacts& boot, bool taken);

}  // namespace vfirst
