// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/read_only_mount.hpp"

#include "host/disks.hpp"

#include <sys/mount.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace vfirst {

namespace {

// Read-only alone is not enough: ext4 and XFS would still replay a dirty journal.
const char* without_replay(const std::string& type) {
  if (type == "ext3" || type == "ext4") return "noload";
  return type == "xfs" ? "norecovery" : nullptr;
}

bool known(const std::string& type) {
  for (const char* one : {"vfat", "iso9660", "ext2", "ext3", "ext4", "xfs", "squashfs", "erofs"})
    if (type == one) return true;
  return false;
}

}  // namespace

Result<ReadOnlyMount> ReadOnlyMount::open(const HostActions&, const std::string& device) {
  const auto type = VFIRST_TRY(filesystem_type(device));
  if (!known(type))
    return refuse(
        "{}: vfirst does not mount {}, only vfat, iso9660, ext2, ext3, ext4, xfs, squashfs and "
        "erofs",
        device, type);
  char name[] = "/run/vfirst-XXXXXX";
  if (!::mkdtemp(name)) return failed(errno, "{}: {}", name, std::strerror(errno));
  if (::mount(
          device.c_str(), name, type.c_str(), MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
          without_replay(type)) != 0) {
    const int error = errno;
    ::rmdir(name);
    return failed(error, "{}: cannot be mounted as {}: {}", device, type, std::strerror(error));
  }
  return ReadOnlyMount(name);
}

ReadOnlyMount::ReadOnlyMount(std::filesystem::path path) : path_(std::move(path)) {}
ReadOnlyMount::ReadOnlyMount(ReadOnlyMount&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}
ReadOnlyMount::~ReadOnlyMount() {
  if (path_.empty()) return;
  ::umount2(path_.c_str(), MNT_DETACH);
  ::rmdir(path_.c_str());
}

}  // namespace vfirst
