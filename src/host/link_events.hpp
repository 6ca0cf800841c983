// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Network ports that came up, from a netlink socket that somebody else listens on for us: `ip link
// set up` requests interrupts and makes no uevent, so no udev rule sees it; systemd
// (ListenNetlink=) starts a service by it.

#include "base/result.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace vfirst {

struct LinkEvents {
  // ifindexes, each once
  std::vector<unsigned> up;
  // there were more than the socket's buffer took: any may have come up
  bool lost = false;
};

// The one socket that systemd passed to this process (sd_listen_fds(3)); nothing where it passed
// none.
std::optional<int> passed_socket();

// Takes all that is there, and what still comes until it has been quiet for so long: a port says
// three or four things when it comes up, and each message that is left would start us again. Never
// longer than ten times `quiet`.
Result<LinkEvents> take_link_events(int fd, std::chrono::milliseconds quiet);

}  // namespace vfirst
