// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Kernel arguments into the boot loader, in an order in which a power cut at any point leaves the
// old ones or the new.

#include "bootloader/slots.hpp"
#include "facts/facts.hpp"
#include "host/files.hpp"
#include "host/process.hpp"

#include <functional>
#include <string>
#include <vector>

namespace vfirst {

// Whether this kernel comes up with this whole line; else why not. `kernel`: its path, as the entry
// has it.
using ProveLine = std::function<Status(std::string_view kernel, std::string_view line)>;

struct ApplyOptions {
  // its hash, kept beside the arguments
  std::string plan;
  // say what would change, after every check
  bool dry_run = false;
  // for the next boot only; else they become the good ones
  bool trial = false;
  // try a plan again that failed its trial
  bool force = false;
  // arguments for the trial's one boot, behind the others
  std::string trial_only;
  // bytes of a command line: x86 and arm64 less the final NUL
  std::size_t limit = 2047;
  // asked for every entry before anything is written; unset: not
  ProveLine prove;
  // how grub-mkconfig is started; unset: for real
  RunProcess run;
};

struct ApplyOutcome {
  // our arguments at the next boot, then and now
  std::string before, after;
  // that holds `after`; 0: none needed
  char slot = 0;
  // `after` is for one boot, until it is confirmed
  bool trial = false;
  // the next boot's arguments differ from what they were
  bool changed = false;
  // anything at all; false on a second run and a dry one
  bool wrote = false;
  // grub.cfg, because it did not carry our variable; or it would be, where nothing was to be
  // written
  bool regenerated = false;
  // the running kernel was not given `after`
  bool reboot_needed = false;
  // damage repaired, entries that are not ours: a line each
  std::vector<std::string> notes;

  // the text of `plan --diff`; "" where nothing changes
  std::string diff() const;
};

// Refused (Error::code invalid_argument or operation_not_supported: exit 5) before anything is
// written: a loader that is not GRUB, a word that GRUB cannot carry, a command line past the limit
// in any entry, a grub.cfg without our variable where it cannot be regenerated. Any other code is a
// failed write; the next boot is then what it was, and a second run takes up the rest.
Result<ApplyOutcome> apply_arguments(
    Files& files, const Root& root, const BootFacts& boot, const std::string& cmdline,
    const ApplyOptions& options = {});

// Whether the words of `ours` stand together, in this order, in a kernel's command line.
bool holds_arguments(std::string_view cmdline, std::string_view ours);

}  // namespace vfirst
