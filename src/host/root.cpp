// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/root.hpp"

#include "base/text.hpp"
#include "host/fd.hpp"
#include "host/open_inside.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <deque>

namespace vfirst {

namespace {

std::unexpected<Error> fail(int err, std::string_view path) {
  return failed(err, "{}: {}", path, std::strerror(err));
}

std::unexpected<Error> not_inside(std::string_view path) {
  return refuse("{}: not a path inside the root", path);
}

// A NUL-terminated relative path, without a heap allocation for the short ones that sysfs has.
class Relative {
 public:
  explicit Relative(std::string_view path) {
    if (path.empty()) path = ".";
    // A NUL would end the name early.
    valid_ = path.front() != '/' && path.find('\0') == path.npos;
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

std::unexpected<Error> cannot_open(std::string_view path) {
  const int error = errno;
  return Relative(path).valid() ? fail(error, path) : not_inside(path);
}

// A file of a tree that somebody brought is never larger than this: one may be sparse and have no
// end to speak of. The host's own are what they are.
constexpr std::size_t kForeignLimit = 16 << 20;

// A FIFO, a terminal or a device must not hold us up, and has nothing that we want.
Status check_regular(int fd, std::string_view path) {
  struct stat found{};
  if (::fstat(fd, &found) != 0) return fail(errno, path);
  if (S_ISDIR(found.st_mode)) return fail(EISDIR, path);
  if (!S_ISREG(found.st_mode)) return refuse("{}: not a regular file", path);
  return {};
}

Result<std::string> read_bytes(const Root& root, std::string_view path, std::size_t limit) {
  const Fd fd(root.open_at(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  if (fd < 0) return cannot_open(path);
  const bool whole = limit == SIZE_MAX && !root.is_host();
  if (whole) limit = kForeignLimit + 1;
  // Sysfs reports 4096 for every file and /proc reports 0, so the size is found by reading. A short
  // read is the end in sysfs, where an attribute comes in one piece, and not in /proc, where it
  // stops at a record's end.
  const bool short_is_end = path.starts_with("sys/");
  // A short piece with something in it came from a file that ends, so only the others are asked
  // what they are: a plan reads some 300 attributes.
  bool known_regular = false;
  std::string out;
  char chunk[4096];
  while (out.size() < limit) {
    const auto asked = std::min(sizeof chunk, limit - out.size());
    const auto n = ::read(fd, chunk, asked);
    if (n < 0 && errno == EINTR) continue;
    const int error = errno;
    const bool one_piece = short_is_end && n > 0 && static_cast<std::size_t>(n) < asked;
    if (!one_piece && !known_regular) VFIRST_CHECK(check_regular(fd, path));
    known_regular = true;
    if (n < 0) return fail(error, path);
    out.append(chunk, static_cast<std::size_t>(n));
    if (n == 0 || one_piece) break;
  }
  if (whole && out.size() > kForeignLimit)
    return refuse("{}: larger than {} MiB, the limit of a file", path, kForeignLimit >> 20);
  return out;
}

Result<std::string> read_text(const Root& root, std::string_view path, std::size_t limit) {
  auto out = read_bytes(root, path, limit);
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
  // The links of /proc lead to roots of other processes, whose names ("/") are not ours.
  struct stat opened{}, named{};
  if (::fstat(fd, &opened) != 0 || ::stat(whole.c_str(), &named) != 0)
    return fail(errno, directory.native());
  if (opened.st_dev != named.st_dev || opened.st_ino != named.st_ino) whole = directory;
  return Root(std::move(fd), std::move(whole));
}

Root::Root(Fd fd, std::filesystem::path path)
    : fd_(std::move(fd)), path_(std::move(path)), host_(path_.native() == "/") {}
Root::Root(Root&&) noexcept = default;
Root& Root::operator=(Root&&) noexcept = default;
Root::~Root() = default;

Result<std::string> Root::read(std::string_view path) const {
  return read_text(*this, path, SIZE_MAX);
}
Result<std::string> Root::bytes(std::string_view path) const {
  return read_bytes(*this, path, SIZE_MAX);
}
Result<std::string> Root::read_head(std::string_view path, std::size_t limit) const {
  return read_text(*this, path, limit);
}
Result<std::string> Root::read_lines(std::string_view path, bool (*keep)(std::string_view)) const {
  return only_lines(read(path), keep);
}
void Root::note(std::string_view) const {}
void Root::remember(std::string_view, std::string_view) const {}

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
  const Fd fd(open_at(path, O_WRONLY | O_NONBLOCK | O_NOCTTY));
  if (fd < 0) return cannot_open(path);
  // The host has dev/kmsg; a tree's device nodes are devices of this machine.
  if (!is_host()) VFIRST_CHECK(check_regular(fd, path));
  const auto n = ::write(fd, value.data(), value.size());
  if (n < 0) return fail(errno, path);
  if (static_cast<std::size_t>(n) != value.size()) return fail(EIO, path);
  return {};
}

Result<std::string> Root::link(std::string_view path) const {
  const Relative name(path);
  if (!name.valid()) return not_inside(path);
  char target[4096];
  ssize_t n = -1;
  if (is_host()) {
    n = ::readlinkat(fd_, name.c_str(), target, sizeof target);
  } else if (const Fd file(open_at(path, O_PATH | O_NOFOLLOW)); file >= 0) {
    n = ::readlinkat(file, "", target, sizeof target);
    // What readlink(2) says of a file that is no link.
    if (n < 0 && errno == ENOENT) errno = EINVAL;
  }
  if (n < 0) return fail(errno, path);
  return std::string(target, static_cast<std::size_t>(n));
}

bool Root::exists(std::string_view path) const {
  const Relative name(path);
  if (!name.valid()) return false;
  return is_host() ? ::faccessat(fd_, name.c_str(), F_OK, 0) == 0 : Fd(open_at(path, O_PATH)) >= 0;
}

bool Root::writable(std::string_view path) const {
  return (mode(path) & 0222) != 0;
}

unsigned Root::mode(std::string_view path) const {
  const Fd file(open_at(path, O_PATH));
  struct stat found{};
  return file >= 0 && ::fstat(file, &found) == 0 ? found.st_mode & 07777 : 0;
}

std::string Root::real_path(
    std::string_view path, bool follow_last,
    const std::function<void(const std::string&, const std::string&)>& met) const {
  std::deque<std::string> rest;
  for (const auto part : split(path, '/'))
    rest.emplace_back(part);
  std::string done;
  for (int links = 0; !rest.empty();) {
    const auto part = std::move(rest.front());
    rest.pop_front();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      done.resize(done.rfind('/') == std::string::npos ? 0 : done.rfind('/'));
      continue;
    }
    auto here = done.empty() ? part : done + '/' + part;
    const auto target = (rest.empty() && !follow_last) || links == kLinkLimit
                            ? Result<std::string>(refuse("not followed"))
                            : Root::link(here);
    if (!target) {
      done = std::move(here);
      continue;
    }
    ++links;
    if (met) met(here, *target);
    const auto parts = split(*target, '/');
    rest.insert(rest.begin(), parts.begin(), parts.end());
    if (target->starts_with('/')) done.clear();
  }
  return done;
}

bool Root::is_folder(std::string_view path) const {
  return Fd(open_at(path, O_PATH | O_DIRECTORY | O_NOFOLLOW)) >= 0;
}

int Root::open_at(std::string_view path, int flags, unsigned mode) const {
  const Relative name(path);
  if (!name.valid()) return errno = EINVAL, -1;
  // There is nothing outside of the host's own root, and openat2(2) would refuse links of /proc
  // that are followed there.
  return is_host() ? ::openat(fd_, name.c_str(), flags | O_CLOEXEC, mode)
                   : open_inside(fd_, name.c_str(), flags, mode);
}

Result<std::vector<std::string>> Root::list(std::string_view path) const {
  Fd fd(open_at(path, O_RDONLY | O_DIRECTORY));
  if (fd < 0) return cannot_open(path);
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
