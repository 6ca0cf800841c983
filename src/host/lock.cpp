// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <cerrno>
#include <cstring>

namespace vfirst {

Result<Lock> Lock::take(const Root& root, const char* folder) {
  Fd fd(root.open_at(folder, O_RDONLY | O_DIRECTORY));
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) return Lock(Fd(-1));
  if (fd < 0) return failed(errno, "{}: {}", folder, std::strerror(errno));
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return Lock(std::move(fd));
  if (errno == EWOULDBLOCK)
    return busy("{}: another vfirst is writing there; try again when it has ended", folder);
  return failed(errno, "{}: {}", folder, std::strerror(errno));
}

}  // namespace vfirst
