// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Lines of others that write sriov_numvfs at each boot, and TuneD's CPUs and kernel arguments.

namespace vfirst {

struct Draft;

void writer_findings(Draft&);

}  // namespace vfirst
