// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Runs work that the kernel may never finish, in a child that can be left behind.

#include <chrono>
#include <functional>

namespace vfirst {

// What the work can tell its supervisor while it runs.
class Supervisor {
 public:
  // -1: there is none
  explicit Supervisor(int fd) : fd_(fd) {}
  // from now on; replaces the limit
  void allow(std::chrono::milliseconds more) const;
  // the answer is known; the rest is nobody's business
  void done(int code) const;

 private:
  int fd_;
};

struct Supervised {
  enum class How { done, limit, died } how = How::died;
  int code = 1;
};

// A thread in an uninterruptible write keeps its whole process from ending, and whoever waits for
// that process (systemd, dracut) with it. So `work` runs in a child; the parent returns when it is
// done, at the limit, or when the child died, and never waits for the child to be gone.
Supervised supervise(
    const std::function<int(const Supervisor&)>& work, std::chrono::milliseconds limit);

}  // namespace vfirst
