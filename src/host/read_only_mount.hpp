// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A filesystem on a device, mounted under a name of our own while the object lives. Nothing is
// written to the device: its journal is not replayed either.

#include "base/result.hpp"
#include "host/host_actions.hpp"

#include <filesystem>
#include <string>

namespace vfirst {

class ReadOnlyMount {
 public:
  // Refused where libblkid finds another filesystem than vfat, iso9660, ext2, ext3, ext4, xfs,
  // squashfs or erofs.
  static Result<ReadOnlyMount> open(const HostActions&, const std::string& device);
  ReadOnlyMount(ReadOnlyMount&& other) noexcept;
  ReadOnlyMount(const ReadOnlyMount&) = delete;
  ReadOnlyMount& operator=(const ReadOnlyMount&) = delete;
  ReadOnlyMount& operator=(ReadOnlyMount&&) = delete;
  ~ReadOnlyMount();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit ReadOnlyMount(std::filesystem::path path);
  std::filesystem::path path_;
};

}  // namespace vfirst
