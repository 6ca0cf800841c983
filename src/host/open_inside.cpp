// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/open_inside.hpp"

#include "host/fd.hpp"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <string>
#include <vector>

namespace vfirst {

namespace {

// EAGAIN means that something was renamed during the call (openat2(2)). Whoever renames without end
// must not hold us up.
constexpr int kRenameLimit = 100;

int fail(int error) {
  errno = error;
  return -1;
}

bool is_link(int fd, mode_t& mode) {
  struct stat found{};
  mode = ::fstat(fd, &found) == 0 ? found.st_mode : 0;
  return S_ISLNK(mode);
}

// Where a path has led so far: the folders below the root, each held open, so that ".." is one step
// back on the way that was taken and never the parent that the disk has by now.
class Way {
 public:
  explicit Way(int root) : root_(root) {}
  int here() const { return folders_.empty() ? root_ : folders_.back().get(); }
  void enter(Fd folder) { folders_.push_back(std::move(folder)); }
  void back() {
    if (!folders_.empty()) folders_.pop_back();
  }
  void to_root() { folders_.clear(); }

 private:
  int root_;
  std::vector<Fd> folders_;
};

// Puts the target of the link in front of what is left of the path.
bool follow(int link, std::string& rest, Way& way, int& links) {
  char target[PATH_MAX];
  if (++links > kLinkLimit) return fail(ELOOP), false;
  const auto n = ::readlinkat(link, "", target, sizeof target);
  if (n <= 0) return n == 0 ? fail(ENOENT), false : false;
  rest.insert(0, target, static_cast<std::size_t>(n));
  if (target[0] == '/') way.to_root();
  return true;
}

}  // namespace

int walk_inside(int root, const char* path, int flags, mode_t mode) {
  std::string rest(path);
  if (rest.empty()) return fail(ENOENT);
  Way way(root);
  for (int links = 0;;) {
    if (rest.size() >= PATH_MAX) return fail(ENAMETOOLONG);
    rest.erase(0, rest.find_first_not_of('/'));
    const auto end = rest.find('/');
    const bool last = end == rest.npos;
    const auto name = rest.substr(0, end);
    if (name.empty() || name == "." || name == "..") {
      if (name == "..") way.back();
      if (last) return ::openat(way.here(), ".", flags | O_CLOEXEC, mode);
      rest.erase(0, end);
      continue;
    }
    const bool kept = last && (flags & O_NOFOLLOW);
    Fd found(kept ? -1 : ::openat(way.here(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    mode_t type = 0;
    if (found >= 0 && is_link(found, type)) {
      rest.erase(0, name.size());
      if (!follow(found, rest, way, links)) return -1;
    } else if (!last) {
      if (found < 0) return -1;
      if (!S_ISDIR(type)) return fail(ENOTDIR);
      way.enter(std::move(found));
      rest.erase(0, end);
    } else if (found >= 0 && (flags & O_PATH)) {
      return (flags & O_DIRECTORY) && !S_ISDIR(type) ? fail(ENOTDIR) : found.release();
    } else {
      // A link that somebody puts there meanwhile is not followed: that is ELOOP.
      return ::openat(way.here(), name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, mode);
    }
  }
}

int open_inside(int root, const char* path, int flags, mode_t mode) {
  static std::atomic<bool> missing{false};
  if (!missing.load(std::memory_order_relaxed)) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.mode = flags & O_CREAT ? mode : 0;
    how.resolve = RESOLVE_IN_ROOT;
    int fd = -1, tries = 0;
    do
      fd = static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
    while (fd < 0 && errno == EAGAIN && ++tries < kRenameLimit);
    if (fd >= 0) return fd;
    if (errno == ENOSYS) missing.store(true, std::memory_order_relaxed);
    // EPERM may be the file's own answer, or a seccomp filter's that does not know the call.
    else if (errno != EPERM && errno != EAGAIN)
      return -1;
  }
  return walk_inside(root, path, flags, mode);
}

}  // namespace vfirst
