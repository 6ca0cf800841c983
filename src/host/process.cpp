// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/process.hpp"

#include "host/fd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

extern char** environ;

namespace vfirst {

namespace {

struct Pipe {
  Fd from{-1}, to{-1};
  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    from = Fd(ends[0]);
    to = Fd(ends[1]);
    return true;
  }
};

// Stdin as a file in memory: the child reads it whenever it likes, and we need not feed it while we
// listen. Below 0 with errno where it cannot be made.
Fd memory_file(std::string_view content) {
  Fd fd(::memfd_create("stdin", MFD_CLOEXEC));
  if (fd < 0) return fd;
  const auto n = ::pwrite(fd, content.data(), content.size(), 0);
  if (n == static_cast<ssize_t>(content.size())) return fd;
  if (n >= 0) errno = ENOSPC;
  return Fd(-1);
}

}  // namespace

Result<Ended> run_process(
    const std::vector<std::string>& argv, std::string_view input, int limit_s) {
  std::vector<char*> words;
  words.reserve(argv.size() + 1);
  for (const auto& word : argv)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const auto& program = argv.front();

  Pipe out, err;
  Fd in = memory_file(input);
  if (in < 0 || !out.open() || !err.open())
    return failed(errno, "{}: {}", program, std::strerror(errno));
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out.to, 1);
  ::posix_spawn_file_actions_adddup2(&actions, err.to, 2);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  // A group of its own, so that a timeout ends its children, too.
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  pid_t child = -1;
  const int error = ::posix_spawnp(&child, words[0], &actions, &attributes, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  in.close();
  if (error != 0) return failed(error, "{}: {}", program, std::strerror(error));
  out.to.close();
  err.to.close();

  Ended ended;
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::seconds(limit_s);
  bool late = false;
  std::array<pollfd, 2> lines{{{out.from, POLLIN, 0}, {err.from, POLLIN, 0}}};
  while (!late && (lines[0].fd >= 0 || lines[1].fd >= 0)) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    const int n = left > 0 ? ::poll(lines.data(), lines.size(), static_cast<int>(left)) : 0;
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) late = true;
    for (auto& line : lines) {
      if (late || line.fd < 0 || line.revents == 0) continue;
      char chunk[8192];
      const auto got = ::read(line.fd, chunk, sizeof chunk);
      if (got > 0)
        (&line == &lines[0] ? ended.out : ended.err).append(chunk, static_cast<std::size_t>(got));
      else if (got == 0 || errno != EINTR)
        // poll skips negative descriptors.
        line.fd = -1;
    }
  }
  if (late) ::kill(-child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (late) return failed(ETIMEDOUT, "{}: not done after {} s, killed", program, limit_s);
  ended.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return ended;
}

}  // namespace vfirst
