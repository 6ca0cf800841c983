// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/fd.hpp"
#include "host/files.hpp"
#include "host/freeze.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <utility>

namespace vfirst {

namespace {

std::unexpected<Error> fail(std::string_view path) {
  const int error = errno;
  return failed(error, "{}: {}", path, std::strerror(error));
}

// openat ignores its directory for an absolute name, so one of those would leave the root.
Result<std::string> inside(std::string_view path) {
  if (path.empty() || path.front() == '/') return refuse("{}: not a path inside the root", path);
  return std::string(path);
}

std::string parent(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

Status sync_folder(const Root& root, const std::string& path) {
  Fd folder(::openat(root.fd(), path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder < 0 || ::fsync(folder) != 0) return fail(path);
  return {};
}

Status make_folders(const Root& root, const std::string& path) {
  if (path == "." || root.exists(path)) return {};
  VFIRST_CHECK(make_folders(root, parent(path)));
  if (::mkdirat(root.fd(), path.c_str(), 0755) != 0 && errno != EEXIST) return fail(path);
  return sync_folder(root, parent(path));
}

Status write_all(int fd, std::string_view content, std::string_view path) {
  while (!content.empty()) {
    const auto n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(path);
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace

Status DiskFiles::create(std::string_view path, std::string_view content, unsigned mode) {
  const auto name = VFIRST_TRY(inside(path));
  VFIRST_CHECK(make_folders(root_, parent(name)));
  Fd fd(::openat(
      root_.fd(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (fd < 0) return fail(path);
  auto done = [&]() -> Status {
    VFIRST_CHECK(write_all(fd, content, path));
    if (::fchmod(fd, mode) != 0 || ::fsync(fd) != 0) return fail(path);
    return {};
  }();
  // a full disk leaves no half file behind
  if (!done)
    ::unlinkat(root_.fd(), name.c_str(), 0);
  else
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);  // so that reading it back asks the disk
  return done;
}

// A reader blind to the journal finds the old file under the name until the new entry is home.
// While we hold it open its blocks are not given to anyone else, so that reader sees old bytes and
// not another file's.
void DiskFiles::keep_until_settled(const std::string& path) {
  const int fd = ::openat(root_.fd(), path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd >= 0) kept_.push_back(fd);
}

DiskFiles::~DiskFiles() {
  for (const int fd : kept_)
    ::close(fd);
}

Status DiskFiles::rename(std::string_view from, std::string_view to) {
  const auto old_name = VFIRST_TRY(inside(from));
  const auto new_name = VFIRST_TRY(inside(to));
  keep_until_settled(new_name);
  if (::renameat(root_.fd(), old_name.c_str(), root_.fd(), new_name.c_str()) != 0) return fail(to);
  return sync_folder(root_, parent(new_name));
}

Status DiskFiles::overwrite(std::string_view path, std::string_view content) {
  const auto name = VFIRST_TRY(inside(path));
  Fd fd(::openat(root_.fd(), name.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat now{};
  if (fd < 0 || ::fstat(fd, &now) != 0) return fail(path);
  if (!S_ISREG(now.st_mode) || static_cast<std::size_t>(now.st_size) != content.size())
    return refuse(
        "{}: holds {} bytes, {} asked: an overwrite keeps the length", path, now.st_size,
        content.size());
  const auto n = ::pwrite(fd, content.data(), content.size(), 0);
  if (n < 0) return fail(path);
  if (static_cast<std::size_t>(n) != content.size())
    return failed(EIO, "{}: wrote {} of {} bytes", path, n, content.size());
  if (::fdatasync(fd) != 0) return fail(path);
  return {};
}

Status DiskFiles::settle(std::string_view directory) {
  const auto name = VFIRST_TRY(inside(directory));
  Fd folder(::openat(root_.fd(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder < 0 || ::fsync(folder) != 0) return fail(directory);
  if (how_ == Settle::freeze) {
    const int error = freeze_and_thaw(folder);
    if (error != 0 && error != EOPNOTSUPP && error != EPERM && error != EBUSY && error != ENOTTY) {
      errno = error;
      return fail(directory);
    }
  }
  if (::syncfs(folder) != 0) return fail(directory);
  for (const int fd : std::exchange(kept_, {}))
    ::close(fd);
  return {};
}

Status DiskFiles::remove(std::string_view path) {
  const auto name = VFIRST_TRY(inside(path));
  keep_until_settled(name);
  if (::unlinkat(root_.fd(), name.c_str(), 0) == 0) return sync_folder(root_, parent(name));
  if (errno == EISDIR && ::unlinkat(root_.fd(), name.c_str(), AT_REMOVEDIR) == 0)
    return sync_folder(root_, parent(name));
  return fail(path);
}

Result<std::string> DiskFiles::read(std::string_view path) const {
  const auto name = VFIRST_TRY(inside(path));
  Fd fd(::openat(root_.fd(), name.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd < 0) return fail(path);
  std::string out;
  char chunk[4096];
  for (;;) {
    const auto n = ::read(fd, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(path);
    if (n == 0) return out;
    out.append(chunk, static_cast<std::size_t>(n));
  }
}

bool DiskFiles::exists(std::string_view path) const {
  return root_.exists(path);
}

unsigned DiskFiles::mode(std::string_view path) const {
  struct stat now{};
  const auto name = inside(path);
  if (!name || ::fstatat(root_.fd(), name->c_str(), &now, 0) != 0) return 0;
  return now.st_mode & 07777;
}

Result<std::vector<std::string>> DiskFiles::list(std::string_view directory) const {
  return root_.list(directory);
}

}  // namespace vfirst
