// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/root.hpp"

#include "base/text.hpp"
#include "host/fd.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace vfirst {

namespace {

std::unexpected<Error> fail(int err, std::string_view path) {
  return failed(err, "{}: {}", path, std::strerror(err));
}

// A NUL-terminated relative path, without a heap allocation for the short ones that sysfs has.
class Relative {
 public:
  explicit Relative(std::string_view path) {
    if (path.empty()) path = ".";
    valid_ = path.front() != '/';
    if (path.size() < sizeof buffer_) {
      std::memcpy(buffer_, path.data(), path.size());
      buffer_[path.size()] = 0;
    } else {
      long_.assign(path);
    }
  }
  bool valid() const { return valid_; }
  const char* c_str() const { return long_.empty() ? buffer_ : long_.c_str(); }

 private:
  char buffer_[256];
  std::string long_;
  bool valid_;
};

// A tree's own links stay in the tree, whoever made it: one to /etc/shadow is the tree's, as after
// a chroot. On the host itself there is nothing outside, and links of /proc that openat2 would
// refuse are followed.
int open_in(int root, bool host, const char* name, int flags) {
  if (!host) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT;
    for (;;) {
      const auto fd = static_cast<int>(::syscall(SYS_openat2, root, name, &how, sizeof how));
      // EAGAIN: something was renamed meanwhile (openat2(2))
      if (fd >= 0 || errno != EAGAIN) return fd;
    }
  }
  return ::openat(root, name, flags | O_CLOEXEC);
}

Result<std::string> read_bytes(int root, bool host, std::string_view path, std::size_t limit) {
  const Relative name(path);
  if (!name.valid()) return fail(EINVAL, path);
  Fd fd(open_in(root, host, name.c_str(), O_RDONLY));
  if (fd < 0) return fail(errno, path);
  // Sysfs reports 4096 for every file and /proc reports 0, so the size is found by reading. A short
  // read is the end in sysfs, where an attribute comes in one piece, and not in /proc, where it
  // stops at a record's end.
  const bool short_is_end = path.starts_with("sys/");
  std::string out;
  char chunk[4096];
  while (out.size() < limit) {
    const auto asked = std::min(sizeof chunk, limit - out.size());
    const auto n = ::read(fd, chunk, asked);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(errno, path);
    out.append(chunk, static_cast<std::size_t>(n));
    if (n == 0 || (short_is_end && static_cast<std::size_t>(n) < asked)) break;
  }
  return out;
}

Result<std::string> read_text(int root, bool host, std::string_view path, std::size_t limit) {
  auto out = read_bytes(root, host, path, limit);
  if (out && !out->empty() && out->back() == '\n') out->pop_back();
  return out;
}

}  // namespace

Result<Root> Root::open(const std::filesystem::path& directory) {
  Fd fd(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (fd < 0) return fail(errno, directory.native());
  std::error_code error;
  auto whole = std::filesystem::canonical(directory, error);
  if (error) return fail(error.value(), directory.native());
  return Root(fd.release(), std::move(whole));
}

Root::Root(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}
Root::Root(Root&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
Root& Root::operator=(Root&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}
Root::~Root() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::string> Root::read(std::string_view path) const {
  return read_text(fd_, is_host(), path, SIZE_MAX);
}
Result<std::string> Root::bytes(std::string_view path) const {
  return read_bytes(fd_, is_host(), path, SIZE_MAX);
}
Result<std::string> Root::read_head(std::string_view path, std::size_t limit) const {
  return read_text(fd_, is_host(), path, limit);
}
Result<std::string> Root::read_lines(std::string_view path, bool (*keep)(std::string_view)) const {
  return only_lines(read(path), keep);
}
void Root::note(std::string_view) const {}

Result<std::string> Root::only_lines(Result<std::string> text, bool (*keep)(std::string_view)) {
  if (!text) return text;
  std::string out;
  for (const auto line : split(*text, '\n')) {
    if (keep(line)) out += line;
    out += '\n';
  }
  out.pop_back();
  return out;
}

Status Root::write(std::string_view path, std::string_view value) const {
  const Relative name(path);
  if (!name.valid()) return fail(EINVAL, path);
  Fd fd(open_in(fd_, is_host(), name.c_str(), O_WRONLY));
  if (fd < 0) return fail(errno, path);
  const auto n = ::write(fd, value.data(), value.size());
  if (n < 0) return fail(errno, path);
  if (static_cast<std::size_t>(n) != value.size()) return fail(EIO, path);
  return {};
}

Result<std::string> Root::link(std::string_view path) const {
  const Relative name(path);
  if (!name.valid()) return fail(EINVAL, path);
  char target[4096];
  const auto n = ::readlinkat(fd_, name.c_str(), target, sizeof target);
  if (n < 0) return fail(errno, path);
  return std::string(target, static_cast<std::size_t>(n));
}

bool Root::exists(std::string_view path) const {
  const Relative name(path);
  if (!name.valid()) return false;
  return is_host() ? ::faccessat(fd_, name.c_str(), F_OK, 0) == 0
                   : Fd(open_in(fd_, false, name.c_str(), O_PATH)) >= 0;
}

bool Root::writable(std::string_view path) const {
  const Relative name(path);
  if (!name.valid()) return false;
  const Fd file(open_in(fd_, is_host(), name.c_str(), O_PATH));
  struct stat info{};
  return file >= 0 && ::fstat(file, &info) == 0 && (info.st_mode & 0222) != 0;
}

Result<std::vector<std::string>> Root::list(std::string_view path) const {
  const Relative name(path);
  if (!name.valid()) return fail(EINVAL, path);
  Fd fd(open_in(fd_, is_host(), name.c_str(), O_RDONLY | O_DIRECTORY));
  if (fd < 0) return fail(errno, path);
  DIR* directory = ::fdopendir(fd);
  if (!directory) return fail(errno, path);
  fd.release();
  std::vector<std::string> names;
  while (const auto* entry = ::readdir(directory)) {
    const std::string_view name_ = entry->d_name;
    if (name_ != "." && name_ != "..") names.emplace_back(name_);
  }
  ::closedir(directory);
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<std::string> Root::link_name(std::string_view path) const {
  auto target = link(path);
  if (!target) return std::nullopt;
  return target->substr(target->rfind('/') + 1);
}

std::optional<std::uint64_t> Root::number(std::string_view path, int base) const {
  const auto text = read(path);
  if (!text) return std::nullopt;
  return parse_number(trimmed(*text), base);
}

}  // namespace vfirst
