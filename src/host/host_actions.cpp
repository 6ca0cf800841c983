// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/host_actions.hpp"

#include "base/text.hpp"
#include "host/fd.hpp"
#include "host/root.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <cerrno>
#include <string>

namespace vfirst {

namespace {

// What is mounted on "/" as a process sees it: device, the folder of it, and type. Its own mount ID
// is left out: a service with a mount namespace of its own has another. "" where nothing is, as
// after a chroot into a plain folder.
std::string root_mount(const Root& root, std::string_view process) {
  const auto mounts = root.read(fmt::format("proc/{}/mountinfo", process)).value_or("");
  std::string found;
  for (const auto line : split(mounts, '\n')) {
    // ID parent MAJ:MIN root POINT options [tags] - TYPE SOURCE super (proc_pid_mountinfo(5)).
    const auto parts = words(line);
    if (parts.size() > 4 && parts[4] == "/") found = fmt::format("{} {}", parts[2], parts[3]);
  }
  return found;
}

}  // namespace

// As systemd's running_in_chroot() (src/basic/virt.c). Following the link needs the right to trace
// PID 1, which a unit with few capabilities lacks; the mounts may be read by anybody.
std::optional<bool> is_root_of_pid1(const Root& root) {
  struct stat ours{}, first{};
  const Fd fd(root.open_at(".", O_PATH));
  if (fd < 0 || ::fstat(fd, &ours) != 0) return std::nullopt;
  // Not below the root: this link of /proc leads out of every root but PID 1's.
  if (::fstatat(fd, "proc/1/root", &first, 0) == 0)
    return ours.st_dev == first.st_dev && ours.st_ino == first.st_ino;
  if (errno != EACCES && errno != EPERM) return std::nullopt;
  const auto mount = root_mount(root, "1");
  if (mount.empty()) return std::nullopt;
  return mount == root_mount(root, "self");
}

Result<HostActions> HostActions::of(const Root& root, std::string_view what) {
  if (!root.is_host())
    return refuse(
        "{} acts on the running system, and {} is not its root: only files are written there", what,
        root.path().native());
  const auto first = is_root_of_pid1(root);
  if (!first)
    return refuse(
        "{} acts on the running system, and /proc does not show whether this is its root", what);
  if (!*first)
    return refuse(
        "{} acts on the running system, and this is a chroot: only files are written", what);
  return HostActions();
}

}  // namespace vfirst
