// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What stands on a host that boots entries of the Boot Loader Specification: its entries, our state
// file, and what becomes of a trial. Reads only.

#include "host/loader_paths.hpp"
#include "host/root.hpp"
#include "loader/bls_menu.hpp"
#include "loader/bls_state.hpp"
#include "loader/default_grub.hpp"
#include "loader/trial.hpp"

namespace vfirst {

struct BlsView {
  BlsMenu menu;
  BlsState state;
  // The state file is there and could be read.
  bool known = false;
  // What is there and cannot be read, a line each.
  std::vector<std::string> damage;
  Trial trial = Trial::none;
  // A confirm was cut short.
  bool confirming = false;
  // The trial's entry was not written yet, or is gone.
  bool lost_trial = false;

  static Result<BlsView> read(const FileReader& files, const BootFacts& boot);
  // Our arguments at the next boot.
  Arguments next() const;
  // Empty without a trial.
  Arguments trial_arguments() const;
  // Every list of ours that a boot may have been given; none of them is empty.
  std::vector<Arguments> own() const;
  // Some entry's options are $kernelopts, which grubenv holds (RHEL 8).
  bool has_kernelopts() const;
};

// What the loader and systemd-bless-boot made of a trial's entry so far.
Trial trial_state(const BlsItem& trial, const BootFacts& boot);

// The lines of the entries, of etc/kernel/cmdline and of grubenv that hold somebody else's
// argument. What is ours in them does not count.
std::vector<ForeignSource> bls_sources(
    const FileReader& files, const Root& root, const BlsView& view, const KernelArg& argument);

}  // namespace vfirst
