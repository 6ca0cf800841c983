// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Network ports that came up, from a netlink socket on which systemd listens for us
// (ListenNetlink=). `ip link set up` requests interrupts and makes no uevent, so no udev rule sees
// it.

#include "base/result.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace vfirst {

struct LinkEvents {
  // Their ifindexes, each once.
  std::vector<unsigned> up;
  // There were more messages than the socket's buffer took: any port may have come up.
  bool lost = false;
};

// The one socket that systemd passed to this process (sd_listen_fds(3)), not owned; nothing where
// it passed none.
std::optional<int> passed_socket();

// Takes all that is there, and what comes until nothing came for `quiet`: a port makes three or
// four messages when it comes up, and each message that is left would start us again. This never
// takes longer than ten times `quiet`.
Result<LinkEvents> take_link_events(int fd, std::chrono::milliseconds quiet);

}  // namespace vfirst
