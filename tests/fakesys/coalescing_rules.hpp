// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// How the drivers take coalescing settings: their set_coalesce functions, translated, and what the
// device then does. They are written down here a second time, from the drivers' sources (Linux
// 7.3.4), so that the engine and the quirk table are tested against something else than themselves.

#include "base/coalescing.hpp"

#include <string>
#include <vector>

namespace vfirst::fake {

struct Moderation {
  // What the driver answers when it is asked.
  Coalescing answers{};
  // What the device does to a received packet's interrupt, in microseconds.
  unsigned rx_delay = 0;
  // It is the driver that chooses the delay.
  bool rx_dynamic = false;
  // The port is down.
  bool down = false;
  // So often it still answers as before: be2net, but on Skyhawk.
  unsigned late = 0;
};

// As the driver is after its probe, with adaptive coalescing on where it has that.
Moderation fresh_moderation(const std::string& driver);
// 0 or an errno; the netlink request has already been merged into what the driver answered before.
int set_moderation(const std::string& driver, Moderation& now, const Coalescing& request);
// The port goes down and comes up, and packets come.
void raise_again(const std::string& driver, Moderation& now);
// All that it knows.
std::vector<std::string> moderated_drivers();

}  // namespace vfirst::fake
