// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A moment in which a filesystem stands still and its journal is written home.

namespace vfirst {

// FIFREEZE and at once FITHAW on the filesystem of `directory` (an open descriptor). 0, or the
// errno of the freeze: EOPNOTSUPP (FAT, overlayfs), EPERM, EBUSY (someone else holds it frozen).
// Whatever becomes of this process in between, a child thaws the filesystem: at once if we die,
// after `limit_s` if we hang.
int freeze_and_thaw(int directory, int limit_s = 30);

}  // namespace vfirst
