// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The five verbs through which vfirst changes a disk, and the reads beside them. Everything that a
// boot loader or the next boot relies on goes through here, so that a test can cut the power before
// any one of them.

#include "base/result.hpp"
#include "host/root.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// Paths are relative to a root, as in Root. ENOSPC, EROFS and EIO are answers (Error::code), not
// exceptions.
class Files {
 public:
  virtual ~Files() = default;

  // A new file, whole and flushed, or none: an existing one is EEXIST. Missing folders above it are
  // made.
  virtual Status create(std::string_view path, std::string_view content, unsigned mode = 0644) = 0;
  virtual Status rename(std::string_view from, std::string_view to) = 0;
  // The same number of bytes into the same blocks; another length is refused. The file must exist.
  virtual Status overwrite(std::string_view path, std::string_view content) = 0;
  // After this, everything done below `directory` so far lies where a reader finds it that knows no
  // journal (GRUB).
  virtual Status settle(std::string_view directory) = 0;
  // a file, or an empty folder
  virtual Status remove(std::string_view path) = 0;

  virtual Result<std::string> read(std::string_view path) const = 0;  // every byte
  virtual bool exists(std::string_view path) const = 0;
  // permission bits; 0: no such file
  virtual unsigned mode(std::string_view path) const = 0;
  // names, sorted
  virtual Result<std::vector<std::string>> list(std::string_view directory) const = 0;
};

// A file that a reader sees as it was or as it will be: written whole under a name of ours beside
// it, then renamed over it.
Status replace(Files& files, std::string_view path, std::string_view content, unsigned mode = 0644);

// How settle reaches the disk. GRUB replays no journal: after fsync and rename it still saw the old
// file on ext4 and XFS, and once the freed blocks were reused, another file's bytes. FIFREEZE
// writes the journal home; syncfs does so on ext4 only. A tree that is not the running host's is
// settled by its umount, so it must not freeze whatever filesystem it happens to lie on.
enum class Settle { freeze, sync };

class DiskFiles final : public Files {
 public:
  explicit DiskFiles(const Root& root)
      : DiskFiles(root, root.is_host() ? Settle::freeze : Settle::sync) {}
  DiskFiles(const Root& root, Settle how) : root_(root), how_(how) {}
  DiskFiles(const DiskFiles&) = delete;
  DiskFiles& operator=(const DiskFiles&) = delete;
  ~DiskFiles() override;

  Status create(std::string_view path, std::string_view content, unsigned mode = 0644) override;
  Status rename(std::string_view from, std::string_view to) override;
  Status overwrite(std::string_view path, std::string_view content) override;
  Status settle(std::string_view directory) override;
  Status remove(std::string_view path) override;
  Result<std::string> read(std::string_view path) const override;
  bool exists(std::string_view path) const override;
  unsigned mode(std::string_view path) const override;
  Result<std::vector<std::string>> list(std::string_view directory) const override;

 private:
  void keep_until_settled(const std::string& path);

  const Root& root_;
  Settle how_;
  // open descriptors of files that lost their name
  std::vector<int> kept_;
};

}  // namespace vfirst
