// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Addresses and routes that come, from the kernel's own messages: what to wait for where a network
// is on its way.

#include "host/host_actions.hpp"

#include <chrono>

namespace vfirst {

class NetworkEvents {
 public:
  // listens from here on; where the kernel refuses, only time passes
  explicit NetworkEvents(const HostActions&);
  NetworkEvents(const NetworkEvents&) = delete;
  NetworkEvents& operator=(const NetworkEvents&) = delete;
  ~NetworkEvents();
  // returns on a change, or at the limit; maybe too early
  void wait(std::chrono::milliseconds limit);

 private:
  int fd_;
};

}  // namespace vfirst
