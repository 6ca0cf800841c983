// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/files.hpp"

#include "base/text.hpp"
#include "host/freeze.hpp"
#include "host/stdio.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace vfirst {

namespace {

std::unexpected<Error> fail(std::string_view path) {
  const int error = errno;
  return failed(error, "{}: {}", path, std::strerror(error));
}

// A file or a name for one: its folder, open, and the last component. The folder was found inside
// the root and is ours by descriptor, so what becomes of the path meanwhile does not matter.
struct Place {
  Fd folder;
  std::string name;
};

std::unexpected<Error> outside(std::string_view path) {
  return refuse("{}: not a path inside the root", path);
}

bool is_inside(std::string_view path) {
  return !path.empty() && path.front() != '/' && path.find('\0') == path.npos;
}

Result<Place> place_of(const Root& root, std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  if (!is_inside(path) || name.empty() || name == "." || name == "..") return outside(path);
  Fd folder(root.open_at(folder_of(path), O_RDONLY | O_DIRECTORY));
  if (folder < 0) return fail(path);
  return Place{std::move(folder), std::string(name)};
}

Status sync_folder(int folder, std::string_view path) {
  return ::fsync(folder) == 0 ? Status{} : Status(fail(folder_of(path)));
}

Status make_folders(const Root& root, const std::string& path) {
  if (path == "." || root.exists(path)) return {};
  VFIRST_CHECK(make_folders(root, folder_of(path)));
  const auto place = VFIRST_TRY(place_of(root, path));
  if (::mkdirat(place.folder, place.name.c_str(), 0755) != 0 && errno != EEXIST) return fail(path);
  return sync_folder(place.folder, path);
}

}  // namespace

Status DiskFiles::create(std::string_view path, std::string_view content, unsigned mode) {
  if (!is_inside(path)) return outside(path);
  VFIRST_CHECK(make_folders(root_, folder_of(path)));
  const auto place = VFIRST_TRY(place_of(root_, path));
  const Fd fd(::openat(
      place.folder, place.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
      0600));
  if (fd < 0) return fail(path);
  auto done = [&]() -> Status {
    if (auto written = write_all(fd, content); !written)
      return failed(static_cast<int>(written.error().code), "{}: {}", path, written.error().what);
    if (::fchmod(fd, mode) != 0 || ::fsync(fd) != 0) return fail(path);
    return {};
  }();
  if (!done)
    // A full disk leaves no half file behind.
    ::unlinkat(place.folder, place.name.c_str(), 0);
  else
    // So that reading it back asks the disk.
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  return done;
}

// A reader that knows no journal finds the old file under the name until the new entry is home.
// While we hold the old file open, its blocks are not given to any other file, so that reader sees
// old bytes and not another file's.
void DiskFiles::keep_until_settled(int folder, const std::string& name) {
  Fd fd(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (fd >= 0) kept_.push_back(std::move(fd));
}

Status DiskFiles::rename(std::string_view from, std::string_view to) {
  const auto old_place = VFIRST_TRY(place_of(root_, from));
  const auto new_place = VFIRST_TRY(place_of(root_, to));
  keep_until_settled(new_place.folder, new_place.name);
  if (::renameat(
          old_place.folder, old_place.name.c_str(), new_place.folder, new_place.name.c_str()) != 0)
    return fail(to);
  return sync_folder(new_place.folder, to);
}

Status DiskFiles::overwrite(std::string_view path, std::string_view content) {
  const auto place = VFIRST_TRY(place_of(root_, path));
  const Fd fd(::openat(
      place.folder, place.name.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
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
  if (!is_inside(directory)) return outside(directory);
  const Fd folder(root_.open_at(directory, O_RDONLY | O_DIRECTORY));
  if (folder < 0 || ::fsync(folder) != 0) return fail(directory);
  if (how_ == Settle::freeze) {
    const int error = freeze_and_thaw(folder);
    if (error != 0 && error != EOPNOTSUPP && error != EPERM && error != EBUSY && error != ENOTTY) {
      errno = error;
      return fail(directory);
    }
  }
  if (::syncfs(folder) != 0) return fail(directory);
  kept_.clear();
  return {};
}

Status DiskFiles::remove(std::string_view path) {
  const auto place = VFIRST_TRY(place_of(root_, path));
  keep_until_settled(place.folder, place.name);
  const char* name = place.name.c_str();
  if (::unlinkat(place.folder, name, 0) == 0 ||
      (errno == EISDIR && ::unlinkat(place.folder, name, AT_REMOVEDIR) == 0))
    return sync_folder(place.folder, path);
  return fail(path);
}

Result<std::string> DiskFiles::read(std::string_view path) const {
  return path.empty() ? outside(path) : root_.bytes(path);
}

bool DiskFiles::exists(std::string_view path) const {
  return root_.exists(path);
}

unsigned DiskFiles::mode(std::string_view path) const {
  return root_.mode(path);
}

Result<std::vector<std::string>> DiskFiles::list(std::string_view directory) const {
  return root_.list(directory);
}

Result<std::string> DiskFiles::target(std::string_view path) const {
  if (!root_.link(path)) return std::string(path);
  auto found = root_.real_path(path);
  if (found.empty() || root_.link(found))
    return failed(ELOOP, "{}: {}", path, std::strerror(ELOOP));
  return found;
}

Result<std::string> DiskFiles::fresh_name(std::string_view path) {
  const auto folder = folder_of(path);
  const auto stem = fmt::format("{}{}", path.substr(path.rfind('/') + 1), kFresh);
  for (const auto& name : root_.list(folder).value_or(std::vector<std::string>{})) {
    if (!name.starts_with(stem) || !is_fresh_name(name)) continue;
    const auto owner =
        parse_number(std::string_view(name).substr(std::min(stem.size() + 1, name.size())));
    const bool alive = owner && *owner != static_cast<std::uint64_t>(::getpid()) &&
                       (::kill(static_cast<pid_t>(*owner), 0) == 0 || errno != ESRCH);
    if (!alive) VFIRST_CHECK(remove(fmt::format("{}/{}", folder, name)));
  }
  return fmt::format("{}{}-{}", path, kFresh, ::getpid());
}

}  // namespace vfirst
