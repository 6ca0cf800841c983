// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/supervise.hpp"

#include "host/fd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>

namespace vfirst {

namespace {

struct Word {
  enum class Kind { allow, done } kind;
  long long value;
};

void send(int fd, const Word& word) {
  // Shorter than PIPE_BUF, so it arrives whole or not at all.
  if (fd >= 0) [[maybe_unused]]
    const auto n = ::write(fd, &word, sizeof word);
}

Supervised watch(int fd, std::chrono::milliseconds limit) {
  using Clock = std::chrono::steady_clock;
  auto until = Clock::now() + limit;
  for (;;) {
    pollfd watched{fd, POLLIN, 0};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    const int n = ::poll(&watched, 1, left > 0 ? static_cast<int>(left) : 0);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) return {Supervised::How::limit, 1};
    Word word{};
    if (::read(fd, &word, sizeof word) != sizeof word) return {Supervised::How::died, 1};
    if (word.kind == Word::Kind::done) return {Supervised::How::done, static_cast<int>(word.value)};
    until = Clock::now() + std::chrono::milliseconds(word.value);
  }
}

}  // namespace

void Supervisor::allow(std::chrono::milliseconds more) const {
  send(fd_, {Word::Kind::allow, more.count()});
}
void Supervisor::done(int code) const {
  send(fd_, {Word::Kind::done, code});
}

Supervised supervise(
    const std::function<int(const Supervisor&)>& work, std::chrono::milliseconds limit) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {Supervised::How::done, work(Supervisor(-1))};
  Fd from_child(ends[0]), to_parent(ends[1]);
  std::fflush(nullptr);
  const auto child = ::fork();
  if (child < 0) return {Supervised::How::done, work(Supervisor(-1))};
  if (child == 0) {
    from_child.close();
    const Supervisor supervisor(to_parent);
    const int code = work(supervisor);
    std::fflush(nullptr);
    supervisor.done(code);
    // No destructors: a thread that still runs may use what they would end.
    ::_exit(code);
  }
  to_parent.close();
  const auto out = watch(from_child, limit);
  ::waitpid(child, nullptr, WNOHANG);
  return out;
}

}  // namespace vfirst
