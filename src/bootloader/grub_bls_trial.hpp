// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A trial where GRUB reads entries of the Boot Loader Specification: a script that GRUB takes once
// (loader/grub_trial.hpp), and the line in custom.cfg that has it read.

#include "bootloader/bls_edits.hpp"
#include "loader/grub_trial.hpp"

namespace vfirst {

struct GrubBlsTrial {
  GrubTrial script;
  // Of custom.cfg beside the configuration that GRUB reads.
  BlsEdit hook;
};

// A copy of the entry that boots by default with `arguments` as ours and `only` behind them, such
// that GRUB boots it at the next boot and, once it was taken, what it boots today. That is tried on
// GRUB's configuration as it would then be. Else refused, with the reason.
Result<GrubBlsTrial> make_grub_bls_trial(
    const FileReader& files, const BlsMenu& menu, const Arguments& arguments,
    const std::string& plan, const Arguments& only);

// Writes the block's state of a trial, in place; makes the block where there is none. `plan` is the
// trial's.
Status set_grub_try(Files& files, GrubTry state, std::string_view plan);

// The edits that take our line out of every custom.cfg, which then says what it said before us.
std::vector<BlsEdit> without_grub_bls_hooks(const FileReader& files, const BlsState& state);

}  // namespace vfirst
