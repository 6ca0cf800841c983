// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What udev does by systemd's .link files, and systemd-networkd by .network files.

namespace vfirst {

struct Draft;

void link_findings(Draft&);

}  // namespace vfirst
