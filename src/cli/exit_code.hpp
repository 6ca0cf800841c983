// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The exit codes, one table (the manual page's EXIT STATUS says the same).

#include "base/result.hpp"

namespace vfirst {

enum class ExitCode {
  // Nothing is pending.
  done = 0,
  // A system call or a program failed.
  failed = 1,
  changes_pending = 2,  // only with --detailed-exitcode
  // `verify` found a difference, simulate an argument without its effect, seal a trace of one
  // machine
  differs = 3,
  // Only with --detailed-exitcode.
  reboot_needed = 4,
  // The policy, the hardware or the boot loader cannot do it; nothing was changed.
  refused = 5,
  // EX_USAGE of sysexits.h.
  usage = 64,
};

// Only what vfirst itself refuses is 5: then nothing was changed. The errno does not matter, since
// a kernel says EINVAL, too.
inline ExitCode exit_code_of(const Error& error) {
  return error.kind == Error::Kind::refused ? ExitCode::refused : ExitCode::failed;
}

}  // namespace vfirst
