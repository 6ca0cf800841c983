// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A trial with systemd-boot: a copy of the entry that boots by default, with the new arguments,
// that is counted down before it boots ("+1") and so is taken once. The other entries keep theirs.

#include "kargs/arguments.hpp"
#include "loader/bls_menu.hpp"

namespace vfirst {

// The copy of the default entry with `arguments` as ours and `only` behind them.
Result<BlsItem> make_trial_entry(
    const FileReader& files, const BlsMenu& menu, const Arguments& arguments,
    const std::string& plan, const Arguments& only);

// The loader takes this entry at the next boot, counts it down, and takes `menu`'s default after
// it; else the reason.
Status can_try_entry(
    const FileReader& files, const BootFacts& boot, const BlsMenu& menu, const BlsItem& trial);

}  // namespace vfirst
