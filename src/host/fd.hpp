// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A file descriptor that is closed when its owner ends; below 0 there is none.

#include <unistd.h>
#include <utility>

namespace vfirst {

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  Fd& operator=(Fd&&) = delete;
  operator int() const { return fd_; }
  // where no conversion happens: syscall(2)'s arguments
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

}  // namespace vfirst
