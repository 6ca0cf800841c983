// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the engine waits on, and the clock that bounds it: the kernel's device events, never a
// sleep, never a settle.

#include "base/result.hpp"
#include "host/host_actions.hpp"

#include <chrono>
#include <memory>

namespace vfirst {

class Events {
 public:
  // since the machine was switched on (CLOCK_BOOTTIME)
  using Time = std::chrono::microseconds;
  virtual ~Events() = default;
  virtual Time now() const = 0;
  // Returns at `until`, on wake(), or, where `devices` is set, on a device event: whatever comes
  // first, maybe too early.
  virtual void wait(Time until, bool devices) = 0;
  // from another thread; remembered if nobody waits yet
  virtual void wake() = 0;
};

// Events that came before the object was made are lost: make it first, look at the tree afterwards.
Result<std::unique_ptr<Events>> kernel_events(const HostActions&);
// of a captured tree: no time passes and nothing happens
std::unique_ptr<Events> no_events();

}  // namespace vfirst
