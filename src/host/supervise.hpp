// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Runs work that the kernel may never finish, in a child that can be left behind.

#include <chrono>
#include <functional>

namespace vfirst {

// What the work can tell its supervisor while it runs.
class Supervisor {
 public:
  // The end of a pipe, not owned; -1 where nobody listens.
  explicit Supervisor(int fd) : fd_(fd) {}
  // Replaces the limit; counted from now.
  void allow(std::chrono::milliseconds more) const;
  // The answer is known. The supervisor returns it and does not wait for the rest.
  void done(int code) const;

 private:
  int fd_;
};

struct Supervised {
  enum class How { done, limit, died } how = How::died;
  int code = 1;
};

// A thread that the kernel keeps in a write keeps its whole process from ending, and whoever waits
// for that process (systemd, dracut) waits, too. So `work` runs in a child. The parent returns when
// the work is done, at the limit, or when the child died. It never waits until the child is gone.
Supervised supervise(
    const std::function<int(const Supervisor&)>& work, std::chrono::milliseconds limit);

}  // namespace vfirst
