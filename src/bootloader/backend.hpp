// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The transaction that a boot loader offers: apply, confirm, rollback, remove. One implementation a
// family of loaders.

#include "bootloader/apply.hpp"
#include "loader/trial.hpp"
#include "plan/plan.hpp"

#include <memory>
#include <string>
#include <vector>

namespace vfirst {

// What stands on the disk about kernel arguments, as the loader will read it.
struct LoaderState {
  // Ours when no trial is armed.
  Arguments good;
  // Ours at the next boot.
  Arguments next;
  // "slot a", "6 entries"; "" for none.
  std::string good_place, next_place;
  Trial trial = Trial::none;
  // Hash; "" without a trial.
  std::string trial_plan;
  Arguments trial_arguments;
  // Hash of the last plan that failed its trial, which another trial may have followed; "" for
  // none.
  std::string failed_plan;
  bool can_roll_back = false;
  // That decide the next boot, relative to the root.
  std::vector<std::string> files;
  // What is there and cannot be read, a line each.
  std::vector<std::string> damage;
  // What was passed over, a line each.
  std::vector<std::string> notes;
};

// Of confirm, rollback and remove.
struct Change {
  // Our arguments at the next boot, then and now.
  Arguments before, after;
  bool wrote = false;
  // The running kernel was given other arguments of ours.
  bool reboot_needed = false;
  // A line each: what was left alone, and why.
  std::vector<std::string> notes;
};

// Somebody else's arguments that are ours now.
struct Adoption {
  bool wrote = false;
  Arguments taken;
  std::vector<std::string> notes;
};

// Errors are as apply_arguments': refused (invalid_argument, operation_not_supported) before
// anything is written, or a write that failed. After a failed write the next boot is what it was or
// what was asked for, and a second call finishes.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual Result<ApplyOutcome> apply(const Arguments& wanted, const ApplyOptions& options) = 0;
  virtual Result<LoaderState> state() const = 0;
  // The trial that this boot runs becomes good. Refused where this boot is no trial; nothing to do
  // where it is good already.
  virtual Result<Change> confirm() = 0;
  // Disarms a trial that is armed; else goes back to the arguments that were good before these.
  // Refused where there are none.
  virtual Result<Change> rollback() = 0;
  // Takes out every argument and file of ours and puts back what stood there, byte for byte. A file
  // that someone edited since stays as it is, without our arguments, and is named in the notes.
  virtual Result<Change> remove(bool dry_run) = 0;
  // Takes over arguments that somebody else wrote: the kernel is given them as before, in front of
  // ours, and `remove` puts them back. One that no later boot has is passed over. The kernel is
  // given each of them at every point in between.
  virtual Result<Adoption> adopt(const Arguments& foreign) = 0;
};

// The name that the loader's files have for this plan: that of its trial, which an earlier version
// may have armed under a name of its own, or else the plan's hash. A trial keeps its name: under
// another one the same plan would be armed anew, or tried again after it failed.
std::string plan_name(const Plan& plan, const LoaderState& state);

// The loader in charge. `files` and `root` must outlive it. Refused (operation_not_supported) with
// what its owner can do instead, where vfirst cannot write this loader's arguments.
Result<std::unique_ptr<Backend>> backend_for(Files& files, const Root& root, const BootFacts& boot);

}  // namespace vfirst
