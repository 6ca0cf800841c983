// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the runner of the steps waits for, and the clock that bounds it: the kernel's device events.
// It never sleeps and never waits until udev has settled.

#include "base/result.hpp"
#include "host/host_actions.hpp"

#include <chrono>
#include <memory>

namespace vfirst {

class Events {
 public:
  // Since the machine was switched on (CLOCK_BOOTTIME).
  using Time = std::chrono::microseconds;
  virtual ~Events() = default;
  virtual Time now() const = 0;
  // Returns at `until`, on wake() or, where `devices` is set, on a device event, whichever comes
  // first. It may return too early.
  virtual void wait(Time until, bool devices) = 0;
  // Called from another thread. Where nobody waits, the next wait returns at once.
  virtual void wake() = 0;
};

// Events that came before the object was made are lost, so make it first and look at the tree
// afterwards.
Result<std::unique_ptr<Events>> kernel_events(const HostActions&);
// For a captured tree: no time passes and nothing happens.
std::unique_ptr<Events> no_events();

}  // namespace vfirst
