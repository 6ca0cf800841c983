// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/process.hpp"

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
  int ends[2] = {-1, -1};
  bool open() { return ::pipe2(ends, O_CLOEXEC) == 0; }
  void close(int end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
  ~Pipe() {
    close(0);
    close(1);
  }
};

// Stdin as a memory file: the child can read it whenever it likes and we need not feed it while we
// listen.
int memory_file(std::string_view content) {
  const int fd = ::memfd_create("stdin", MFD_CLOEXEC);
  if (fd < 0) return -1;
  if (::pwrite(fd, content.data(), content.size(), 0) != static_cast<ssize_t>(content.size())) {
    ::close(fd);
    return -1;
  }
  return fd;
}

}  // namespace

Result<Ended> run_process(
    const std::vector<std::string>& argv, std::string_view input, int limit_s) {
  std::vector<char*> words;
  for (const auto& word : argv)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const auto& program = argv.front();

  Pipe out, err;
  const int in = memory_file(input);
  if (in < 0 || !out.open() || !err.open()) {
    const int error = errno;
    if (in >= 0) ::close(in);
    return failed(error, "{}: {}", program, std::strerror(error));
  }
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out.ends[1], 1);
  ::posix_spawn_file_actions_adddup2(&actions, err.ends[1], 2);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  // its own group, so that a timeout takes its children too
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  pid_t child = -1;
  const int error = ::posix_spawnp(&child, words[0], &actions, &attributes, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  ::close(in);
  if (error != 0) return failed(error, "{}: {}", program, std::strerror(error));
  out.close(1);
  err.close(1);

  Ended ended;
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::seconds(limit_s);
  bool late = false;
  std::array<pollfd, 2> lines{{{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}}};
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
        line.fd = -1;  // poll skips negative descriptors
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
