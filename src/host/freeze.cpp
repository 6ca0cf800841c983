// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/freeze.hpp"

#include <linux/fs.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <initializer_list>

namespace vfirst {

namespace {

// The child. The filesystem may be the one that holds our own binary and /var/log, so nothing here
// writes, logs or allocates: only system calls on descriptors that are open already. A second
// FITHAW is EINVAL and harmless.
[[noreturn]] void keep_watch(int line, int directory, int limit_s) {
  // a kill of the parent's process group spares us
  ::setsid();
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  for (int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE})
    ::sigaction(signal, &ignore, nullptr);
  char ready = 1;
  if (::send(line, &ready, 1, MSG_NOSIGNAL) != 1) ::_exit(1);
  pollfd wait{line, POLLIN, 0};
  int n;
  do
    n = ::poll(&wait, 1, limit_s * 1000);
  while (n < 0 && errno == EINTR);
  char done = 0;
  // 0 bytes: the parent died
  const bool told = n == 1 && ::recv(line, &done, 1, MSG_DONTWAIT) == 1;
  if (!told) ::ioctl(directory, FITHAW, 0);
  ::_exit(0);
}

}  // namespace

int freeze_and_thaw(int directory, int limit_s) {
  int line[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) != 0) return errno;
  const pid_t child = ::fork();
  if (child < 0) {
    const int error = errno;
    ::close(line[0]);
    ::close(line[1]);
    return error;
  }
  if (child == 0) {
    ::close(line[0]);
    keep_watch(line[1], directory, limit_s);
  }
  ::close(line[1]);

  // Freeze only under a watchdog that is known to run.
  char ready = 0;
  ssize_t n;
  do
    n = ::recv(line[0], &ready, 1, 0);
  while (n < 0 && errno == EINTR);
  int error = n == 1 ? 0 : ECHILD;
  if (error == 0) {
    if (::ioctl(directory, FIFREEZE, 0) != 0)
      error = errno;
    else
      while (::ioctl(directory, FITHAW, 0) != 0 && errno == EINTR) {
      }
    char done = 1;
    [[maybe_unused]] const auto sent = ::send(line[0], &done, 1, MSG_NOSIGNAL);
  }
  ::close(line[0]);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return error;
}

}  // namespace vfirst
