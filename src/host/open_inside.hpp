// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Opens a path below a directory as a process sees it that has this directory for its root: no
// symbolic link and no ".." leads out of it.

#include <sys/types.h>

namespace vfirst {

// As many links as the kernel follows (MAXSYMLINKS in include/linux/namei.h).
inline constexpr int kLinkLimit = 40;

// As openat(2): `path` is resolved below the directory `root` (an open descriptor), absolute links
// included. O_CLOEXEC is added. The caller owns the descriptor; on failure the answer is -1 and
// errno says why. openat2(2) does the work; a kernel that has no such call (before 5.6), or a
// container that forbids it, gets walk_inside.
int open_inside(int root, const char* path, int flags, mode_t mode = 0);

// The same by one openat(2) a component. Links are followed 40 times at most, as the kernel does.
int walk_inside(int root, const char* path, int flags, mode_t mode = 0);

}  // namespace vfirst
