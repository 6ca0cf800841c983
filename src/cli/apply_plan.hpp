// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One plan into one boot loader, and what follows on the running system. Everything is read by
// then; each part of the host is a seam for a test.

#include "bootloader/backend.hpp"
#include "cli/command.hpp"
#include "host/host_actions.hpp"
#include "plan/plan.hpp"

#include <functional>
#include <optional>

namespace vfirst {

// What may follow on the running system.
struct FollowUp {
  std::function<Status()> reboot;
  // Into the entry that boots next. Busy: a VF of the plan is in use, and nothing was touched.
  std::function<Status()> kexec;
  // Busy where a VF of the plan is in use.
  std::function<Status()> vfs_unused;
};
// All of them must outlive the answer.
FollowUp host_follow_up(
    const HostActions& actions, Files& files, const Root& root, const Facts& facts,
    const Plan& plan);

struct ApplyParts {
  const Root& root;
  Files& files;
  const Facts& facts;
  const Policy& policy;
  const Plan& plan;
  // null: vfirst cannot write this boot loader, and `why_none` says what its owner can do.
  Backend* backend = nullptr;
  Error why_none{};
  // Absent where the root is not the running system: options that need it are refused before
  // anything is written, with `why_no_follow_up`.
  std::optional<FollowUp> follow_up{};
  Error why_no_follow_up{};
  // How grub-mkconfig is started; unset: for real.
  RunProcess run{};
};

// Does what `vfirst apply` is asked for by the options. Errors are printed. At every point between
// two writes the next boot is the old one or the planned one (Backend).
ExitCode apply_plan(const ApplyParts& parts, const Options& options);

}  // namespace vfirst
