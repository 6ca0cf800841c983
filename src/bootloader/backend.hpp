// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The transaction that a boot loader offers: apply, confirm, rollback, remove. One implementation a
// family of loaders.

#include "bootloader/apply.hpp"
#include "plan/plan.hpp"

#include <memory>
#include <string>
#include <vector>

namespace vfirst {

enum class Trial {
  none,
  // the next boot takes it, once
  armed,
  // this boot is it
  running,
  // it had its boot and nobody confirmed it
  failed,
};
// "none", "armed", ...
std::string_view trial_name(Trial trial);

// What stands on the disk about kernel arguments, as the loader will read it.
struct LoaderState {
  // our arguments when no trial is armed
  std::string good;
  // ... of the next boot
  std::string next;
  // "slot a", "6 entries"; "" for none
  std::string good_place, next_place;
  Trial trial = Trial::none;
  // hash; "" without a trial
  std::string trial_plan;
  std::string trial_arguments;
  // hash of the last plan that failed its trial, which another trial may have followed; "" for none
  std::string failed_plan;
  bool can_roll_back = false;
  // every text of ours that the running kernel may have been given
  std::vector<std::string> own;
  // that decide the next boot, relative to the root
  std::vector<std::string> files;
  // what is there and cannot be read, a line each
  std::vector<std::string> damage;
};

// Of confirm, rollback and remove.
struct Change {
  // our arguments at the next boot, then and now
  std::string before, after;
  bool wrote = false;
  // the running kernel was given other arguments of ours
  bool reboot_needed = false;
  // a line each: what was left alone, and why
  std::vector<std::string> notes;
};

// A line of a file from which later boots have an argument.
struct ForeignSource {
  // "etc/default/grub"
  std::string path;
  unsigned line = 0;
  // "etc/default/grub:10"
  std::string str() const;
  bool operator==(const ForeignSource&) const = default;
};

// Somebody else's words that are ours now.
struct Adoption {
  bool wrote = false;
  // that are ours now
  std::vector<std::string> words;
  std::vector<std::string> notes;
};

// Errors are as apply_arguments': refused (invalid_argument, operation_not_supported) before
// anything is written, or a write that failed, after which the next boot is what it was or what was
// asked for, and a second call finishes.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual Result<ApplyOutcome> apply(const std::string& cmdline, const ApplyOptions& options) = 0;
  virtual Result<LoaderState> state() const = 0;
  // The trial that this boot runs becomes good. Refused where this boot is no trial; nothing to do
  // where it is good already.
  virtual Result<Change> confirm() = 0;
  // Disarms a trial that is armed; else back to the arguments that were good before these. Refused
  // where there are none.
  virtual Result<Change> rollback() = 0;
  // Takes out every argument and file of ours and puts back what stood there, byte for byte. A file
  // that someone edited since is left as it is, less our arguments, and named in the notes.
  virtual Result<Change> remove(bool dry_run) = 0;
  // Takes over words that somebody else wrote: the kernel is given them as before, in front of
  // ours, and `remove` puts them back. A word that no later boot has is passed over. At every point
  // between the kernel sees each word.
  virtual Result<Adoption> adopt(const std::vector<std::string>& words) = 0;
  // Where somebody else's word stands; empty where no file that decides a later boot has it.
  virtual std::vector<ForeignSource> sources(std::string_view word) const = 0;
};

// The name that the loader's files have for this plan: that of its trial, which an earlier version
// may have armed under a name of its own, or else the plan's hash. A trial keeps its name: under
// another one the same plan would be armed anew, or tried again after it failed.
std::string plan_name(const Plan& plan, const LoaderState& state);

// The loader in charge. `files` and `root` must outlive it. Refused (operation_not_supported) with
// what its owner can do instead, where vfirst cannot write this loader's arguments.
Result<std::unique_ptr<Backend>> backend_for(Files& files, const Root& root, const BootFacts& boot);

}  // namespace vfirst
