// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A file descriptor that is closed when its owner ends. Below 0 there is none.

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
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  operator int() const { return fd_; }
  // For places where no conversion happens, as in the arguments of syscall(2).
  int get() const { return fd_; }
  // The caller owns it from here on.
  int release() { return std::exchange(fd_, -1); }
  // Closes it before its owner ends.
  void close() { Fd(std::exchange(fd_, -1)); }

 private:
  int fd_;
};

}  // namespace vfirst
