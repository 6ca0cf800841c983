// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One writer at a time. The lock is held while the object lives, and ends with its process however
// that ends.

#include "host/fd.hpp"
#include "host/root.hpp"

namespace vfirst {

class Lock {
 public:
  // flock(2) of the folder itself, so that no file is left behind. Busy at once where another
  // process holds it. A tree without the folder has nothing to guard: that lock holds nothing.
  static Result<Lock> take(const Root& root, const char* folder);

 private:
  explicit Lock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace vfirst
