// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One writer at a time: held while it lives, gone with its process however that ends.

#include "host/root.hpp"

namespace vfirst {

class Lock {
 public:
  // flock(2) of the folder itself: no file of its own is left behind. Refused at once
  // (device_or_resource_busy) where another process holds it. A tree without the folder has nothing
  // to guard.
  static Result<Lock> take(const Root& root, const char* folder);
  Lock(Lock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Lock& operator=(Lock&&) = delete;
  ~Lock();

 private:
  explicit Lock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace vfirst
