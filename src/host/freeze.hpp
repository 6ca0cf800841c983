// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Freezes a filesystem for a moment, so that its journal is written to the final places.

namespace vfirst {

// The system calls, as a test can replace them. Each takes an open directory of the filesystem, and
// answers 0, or -1 and errno.
struct FreezeCalls {
  int (*sync)(int directory);
  int (*freeze)(int directory);
  int (*thaw)(int directory);
};
// syncfs(2), FIFREEZE and FITHAW of the running kernel.
FreezeCalls kernel_freeze();

// Writes everything home, freezes the filesystem of `directory` (an open descriptor) and at once
// thaws it. The answer is 0, or the errno of what failed: EOPNOTSUPP (FAT, overlayfs), EPERM, EBUSY
// (somebody else holds it frozen).
//
// Whatever becomes of this process in between, the filesystem does not stay frozen: a child tries
// to thaw it every second, from the moment in which we die, or from `limit_s` seconds on if we
// hang, until it has thawed it or we say that we have. A freeze may wait for a writer for minutes,
// and FITHAW fails (EINVAL) as long as it waits: a single try at the limit would be lost. SIGTERM
// and its like do not end this process between the two.
int freeze_and_thaw(int directory, int limit_s = 30, const FreezeCalls& calls = kernel_freeze());

}  // namespace vfirst
