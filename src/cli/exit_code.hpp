// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The exit codes, one table (the manual page's EXIT STATUS says the same).

#include "base/result.hpp"

namespace vfirst {

enum class ExitCode {
  done = 0,             // nothing is pending
  failed = 1,           // a system call or a program failed
  changes_pending = 2,  // only with --detailed-exitcode
  differs = 3,          // verify found a difference, simulate an argument without its effect, seal a trace of one machine
  reboot_needed = 4,    // only with --detailed-exitcode
  refused = 5,          // the policy, the hardware or the boot loader cannot do it; nothing was changed
  usage = 64,           // EX_USAGE of sysexits.h
};

// What was refused (refuse() in base/result.hpp, or a loader that cannot) is 5; whatever the system would not do is 1.
inline ExitCode exit_code_of(const Error& error) {
  const bool refused = error.code == std::errc::invalid_argument || error.code == std::errc::operation_not_supported;
  return refused ? ExitCode::refused : ExitCode::failed;
}

}  // namespace vfirst
