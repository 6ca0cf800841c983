// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/scratch.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>

extern char** environ;

namespace vfirst {

namespace {

namespace fs = std::filesystem;

// A program that unpacks into the directory may outlive us for a while, so the removal is tried
// again for a minute. An archive may hold directories that nobody may enter.
constexpr const char* kRemover =
    "trap '' HUP INT TERM; read -r word && exit; n=0; "
    "until chmod -R u+rwX \"$1\"; rm -rf \"$1\" && test ! -e \"$1\"; do "
    "n=$((n + 1)); test $n -lt 60 || exit; sleep 1; done";

pid_t start_remover(const std::string& directory, int line) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, line, 0);
  ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  // A group of its own, so that what ends ours from a terminal spares it.
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  const std::string words[] = {"sh", "-c", kRemover, "sh", directory};
  char* argv[] = {const_cast<char*>(words[0].c_str()), const_cast<char*>(words[1].c_str()),
                  const_cast<char*>(words[2].c_str()), const_cast<char*>(words[3].c_str()),
                  const_cast<char*>(words[4].c_str()), nullptr};
  pid_t child = -1;
  if (::posix_spawn(&child, "/bin/sh", &actions, &attributes, argv, environ) != 0) child = -1;
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  return child;
}

void remove_tree(const fs::path& path) {
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(
           path, fs::directory_options::skip_permission_denied, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error))
    if (std::error_code own; at->is_directory(own) && !at->is_symlink(own))
      fs::permissions(at->path(), fs::perms::owner_all, fs::perm_options::add, own);
  fs::remove_all(path, error);
}

}  // namespace

Result<ScratchDirectory> ScratchDirectory::make() {
  std::error_code error;
  auto name = (fs::temp_directory_path(error) / "vfirst-XXXXXX").native();
  if (error) return failed(error.value(), "$TMPDIR: {}", error.message());
  if (!::mkdtemp(name.data())) return failed(errno, "{}: {}", name, std::strerror(errno));
  return ScratchDirectory(name);
}

ScratchDirectory::ScratchDirectory(fs::path path) : path_(std::move(path)) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
  const Fd theirs(ends[0]);
  alive_ = Fd(ends[1]);
  remover_ = start_remover(path_.native(), theirs);
}

ScratchDirectory::ScratchDirectory(ScratchDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      alive_(std::move(other.alive_)),
      remover_(std::exchange(other.remover_, -1)) {}

ScratchDirectory::~ScratchDirectory() {
  if (path_.empty()) return;
  remove_tree(path_);
  if (remover_ < 0) return;
  [[maybe_unused]] const auto told = ::send(alive_, "done\n", 5, MSG_NOSIGNAL);
  alive_.close();
  while (::waitpid(remover_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace vfirst
