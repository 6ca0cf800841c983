// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A trial with systemd-boot: a copy of the entry that boots by default, with the new arguments,
// that is counted down before it boots ("+1") and so is taken once. The other entries keep theirs.

#include "bootloader/backend.hpp"
#include "bootloader/bls_menu.hpp"
#include "host/root.hpp"

namespace vfirst {

// The entry that boots when nobody chooses, as this host is set up; refused where vfirst cannot
// know.
Result<const BlsItem*> bls_default(const Files& files, const Root& root, const BlsMenu& menu);
// What is to boot next, once (bootctl set-oneshot); "" for nothing.
std::string bls_one_shot(const Root& root);
// The copy of it with `arguments` as ours and `only` behind them.
Result<BlsItem> make_trial_entry(
    const Files& files, const Root& root, const BlsMenu& menu,
    const std::vector<KernelArg>& arguments, const std::string& plan, const std::string& only);
// The loader takes this entry at the next boot, counts it down, and takes `menu`'s default after
// it; else the reason.
Status can_try_entry(
    const Files& files, const Root& root, const BootFacts& boot, const BlsMenu& menu,
    const BlsItem& trial);
// What the loader and systemd-bless-boot made of it so far.
Trial trial_state(const BlsItem& trial, const BootFacts& boot);

}  // namespace vfirst
