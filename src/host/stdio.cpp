// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/stdio.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace vfirst {

void occupy_closed_descriptors() {
  // open(2) takes the lowest free number, so each gets its own.
  for (const int descriptor : {0, kStdout, kStderr})
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) [[maybe_unused]]
      const int opened = ::open("/", O_PATH | O_DIRECTORY);
}

void survive_closed_pipes() {
  // A handler, and not SIG_IGN: exec(2) keeps an ignored signal, and resets a handled one.
  struct sigaction action{};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGPIPE, &action, nullptr);
}

Status write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
      continue;
    }
    // A descriptor that others share may be non-blocking without our doing.
    if (written < 0 && errno == EAGAIN) {
      pollfd ready{descriptor, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (written == 0 || errno != EINTR) {
      const int error = written == 0 ? EIO : errno;
      return failed(error, "{}", std::strerror(error));
    }
  }
  return {};
}

bool is_terminal(int descriptor) {
  return ::isatty(descriptor) == 1;
}

}  // namespace vfirst
