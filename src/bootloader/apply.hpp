// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Kernel arguments into the boot loader, in an order in which a power cut at any point leaves the
// old ones or the new.

#include "host/files.hpp"
#include "host/process.hpp"
#include "loader/slots.hpp"

#include <functional>
#include <string>
#include <vector>

namespace vfirst {

// Whether this kernel comes up with this whole line; else why not. `kernel` is its path, as the
// entry has it.
using ProveLine = std::function<Status(std::string_view kernel, std::string_view line)>;

struct ApplyOptions {
  // Its hash, kept beside the arguments.
  std::string plan;
  // Say what would change, after every check.
  bool dry_run = false;
  // For the next boot only; else they become the good ones.
  bool trial = false;
  // Try a plan again that failed its trial.
  bool force = false;
  // For the trial's one boot, behind the others.
  Arguments trial_only;
  // Bytes of a command line: x86 and arm64 less the final NUL.
  std::size_t limit = 2047;
  // Called for every entry before anything is written; unset: nothing is proved.
  ProveLine prove;
  // How grub-mkconfig is started; unset: as a process of this host.
  RunProcess run;
};

struct ApplyOutcome {
  // Our arguments at the next boot, then and now.
  Arguments before, after;
  // That holds `after`; absent where none is needed.
  std::optional<SlotId> slot;
  // `after` is for one boot, until it is confirmed.
  bool trial = false;
  // The next boot's arguments differ from what they were.
  bool changed = false;
  // Anything was written; false on a second run and a dry one.
  bool wrote = false;
  // grub.cfg was made anew, because it did not carry our variable; in a dry run: would be.
  bool regenerated = false;
  // The running kernel was not given `after`.
  bool reboot_needed = false;
  // Why the next boot does not take `after`, a sentence: another entry boots by default. "" where
  // it does, and where only the loader knows.
  std::string passed_over;
  // Damage repaired, entries that are not ours: a line each.
  std::vector<std::string> notes;

  // The text of `plan --diff`; "" where nothing changes.
  std::string diff() const;
};

// The arguments into GRUB's slots. Refused (Error::code invalid_argument or
// operation_not_supported: exit 5) before anything is written: a loader that is not GRUB, an
// argument that GRUB cannot carry, a command line past the limit in any entry or one that ends
// before ours, a grub.cfg without our variable where it cannot be made anew. Any other code is a
// failed write; the next boot is then what it was, and a second run takes up the rest.
Result<ApplyOutcome> apply_arguments(
    Files& files, const Root& root, const BootFacts& boot, const Arguments& wanted,
    const ApplyOptions& options = {});

}  // namespace vfirst
