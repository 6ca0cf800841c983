// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Runs work that the kernel may never finish, in a child that can be left behind.

#include <chrono>
#include <functional>

namespace vfirst {

// A thread in an uninterruptible write keeps its whole process from ending, and whoever waits for that process (systemd,
// dracut) with it. So `work` runs in a child, which hands its exit code over as soon as it is `done` with it; the parent
// returns then, or when `limit` is over, or when the child died, and never waits for the child to be gone.
using Done = std::function<void(int code)>;
struct Supervised {
  enum class How { done, limit, died } how = How::died;
  int code = 1;
};
Supervised supervise(const std::function<int(const Done&)>& work, std::chrono::milliseconds limit);

}  // namespace vfirst
