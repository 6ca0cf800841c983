// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/freeze.hpp"

#include "host/fd.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>

namespace vfirst {

namespace {

constexpr int kAgain_ms = 1000;
// How often a thaw is tried after our death, if it fails in a way that may pass.
constexpr int kTriesAfterDeath = 60;

// What a terminal, systemd or a person ends or stops a program with.
constexpr int kEndings[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};

class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t endings;
    ::sigemptyset(&endings);
    for (const int signal : kEndings)
      ::sigaddset(&endings, signal);
    ::pthread_sigmask(SIG_BLOCK, &endings, &before_);
  }
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_{};
};

// systemd ends a unit by SIGKILL to everything in its control group, and a watchdog that dies
// together with what it watches is useless. Where the group cannot be left, SIGKILL to both is all
// that remains.
void leave_control_group() {
  for (const char* root : {"/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/systemd/cgroup.procs"}) {
    const Fd fd(::open(root, O_WRONLY | O_CLOEXEC));
    // 0 is the process that writes it.
    if (fd >= 0 && ::write(fd, "0", 1) == 1) return;
  }
}

enum class Heard { nothing, done, death };

// Waits for a word of the process that we watch; the line's end is its death.
Heard listen(int line, int limit_ms) {
  pollfd wait{line, POLLIN, 0};
  int n;
  do
    n = ::poll(&wait, 1, limit_ms);
  while (n < 0 && errno == EINTR);
  if (n == 0) return Heard::nothing;
  char word = 0;
  return ::recv(line, &word, 1, MSG_DONTWAIT) == 1 ? Heard::done : Heard::death;
}

// The child. The filesystem may be the one that holds our own binary and /var/log, so nothing here
// writes to a disk, logs or allocates: only system calls on descriptors that are open already.
[[noreturn]] void keep_watch(int line, int directory, int limit_s, const FreezeCalls& calls) {
  leave_control_group();
  // A kill of the parent's process group spares us.
  ::setsid();
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, nullptr);
  for (const int signal : kEndings)
    ::sigaction(signal, &ignore, nullptr);
  const char ready = 1;
  if (::send(line, &ready, 1, MSG_NOSIGNAL) != 1) ::_exit(1);
  auto heard = listen(line, limit_s * 1000);
  for (int after_death = 0; heard != Heard::done; heard = listen(line, kAgain_ms)) {
    const bool thawed = calls.thaw(directory) == 0;
    // The dead process left the kernel before its end of the line was closed, so its freeze is
    // over, one way or the other: EINVAL says that nothing is frozen.
    const bool final =
        heard == Heard::death && (errno == EINVAL || ++after_death == kTriesAfterDeath);
    if (thawed || final) break;
    // The line's end is heard at once, again and again.
    if (heard == Heard::death) ::poll(nullptr, 0, kAgain_ms);
  }
  ::_exit(0);
}

int sync_kernel(int directory) {
  return ::syncfs(directory);
}
int freeze_kernel(int directory) {
  return ::ioctl(directory, FIFREEZE, 0);
}
int thaw_kernel(int directory) {
  return ::ioctl(directory, FITHAW, 0);
}

}  // namespace

FreezeCalls kernel_freeze() {
  return {sync_kernel, freeze_kernel, thaw_kernel};
}

int freeze_and_thaw(int directory, int limit_s, const FreezeCalls& calls) {
  // What is dirty now is written while others may go on writing: the freeze itself, in which nobody
  // may, is then short.
  if (calls.sync(directory) != 0) return errno;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return errno;
  Fd ours(ends[0]), theirs(ends[1]);
  const BlockedSignals blocked;
  const pid_t child = ::fork();
  if (child < 0) return errno;
  if (child == 0) {
    ours.close();
    keep_watch(theirs, directory, limit_s, calls);
  }
  theirs.close();

  // Only under a watchdog that is known to run.
  char word = 0;
  ssize_t n;
  do
    n = ::recv(ours, &word, 1, 0);
  while (n < 0 && errno == EINTR);
  if (n != 1) {
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    return ECHILD;
  }
  int error = 0;
  bool frozen = calls.freeze(directory) == 0;
  if (!frozen) error = errno;
  while (frozen && error == 0) {
    // EINVAL: the child was faster.
    if (calls.thaw(directory) == 0 || errno == EINVAL)
      frozen = false;
    else if (errno != EINTR)
      error = errno;
  }
  // Where we could not thaw it, the line's end lets the child try.
  word = 1;
  if (!frozen) [[maybe_unused]]
    const auto sent = ::send(ours, &word, 1, MSG_NOSIGNAL);
  ours.close();
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return error;
}

}  // namespace vfirst
