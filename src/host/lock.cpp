// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace vfirst {

Result<Lock> Lock::take(const Root& root, const char* folder) {
  const int fd = ::openat(root.fd(), folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) return Lock(-1);
  if (fd < 0) return failed(errno, "{}: {}", folder, std::strerror(errno));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(fd);
    if (error == EWOULDBLOCK)
      return failed(
          EBUSY, "{}: another vfirst is writing there; try again when it has ended", folder);
    return failed(error, "{}: {}", folder, std::strerror(error));
  }
  return Lock(fd);
}

Lock::~Lock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace vfirst
