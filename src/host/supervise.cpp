// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/supervise.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vfirst {

Supervised supervise(const std::function<int(const Done&)>& work, std::chrono::milliseconds limit) {
  int ends[2];
  const auto here = [&] { return Supervised{Supervised::How::done, work([](int) {})}; };
  if (::pipe2(ends, O_CLOEXEC) != 0) return here();
  std::fflush(nullptr);
  const auto child = ::fork();
  if (child < 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    return here();
  }
  if (child == 0) {
    ::close(ends[0]);
    const int code = work([&](int value) { [[maybe_unused]] const auto n = ::write(ends[1], &value, sizeof value); });
    std::fflush(nullptr);
    [[maybe_unused]] const auto n = ::write(ends[1], &code, sizeof code);
    ::_exit(code);                                               // no destructors: a lane may still use what they would end
  }
  ::close(ends[1]);
  Supervised out;
  pollfd watched{ends[0], POLLIN, 0};
  const auto until = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    const int n = ::poll(&watched, 1, left > 0 ? static_cast<int>(left) : 0);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) {
      out.how = Supervised::How::limit;
    } else {
      int code = 1;
      if (::read(ends[0], &code, sizeof code) == sizeof code) out = {Supervised::How::done, code};
    }
    break;
  }
  ::close(ends[0]);
  ::waitpid(child, nullptr, WNOHANG);
  return out;
}

}  // namespace vfirst
