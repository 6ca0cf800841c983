// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Waits for addresses and routes that the kernel announces, where a network is still coming up.

#include "host/fd.hpp"
#include "host/host_actions.hpp"

#include <chrono>

namespace vfirst {

class NetworkEvents {
 public:
  // Listens from here on. Where the kernel refuses that, only time passes.
  explicit NetworkEvents(const HostActions&);
  // Returns on a change or at the limit; maybe too early.
  void wait(std::chrono::milliseconds limit);

 private:
  Fd fd_;
};

}  // namespace vfirst
