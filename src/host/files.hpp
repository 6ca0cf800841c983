// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The five verbs through which vfirst changes a disk, and the reads beside them. Everything that a
// boot loader or the next boot relies on goes through here, so that a test can cut the power before
// any one of them.

#include "base/result.hpp"
#include "host/fd.hpp"
#include "host/root.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// The reads. Paths are relative to a root, as in Root, and symbolic links are followed inside it. A
// file that is not there is an answer (Error::code), not an exception.
class FileReader {
 public:
  virtual ~FileReader() = default;

  // Every byte.
  virtual Result<std::string> read(std::string_view path) const = 0;
  virtual bool exists(std::string_view path) const = 0;
  // Names, sorted.
  virtual Result<std::vector<std::string>> list(std::string_view directory) const = 0;
};

// A reader for whoever has a root and changes nothing. Its reads are the root's, so that a root
// that keeps account of what is read (RecordingRoot) knows them. `root` must outlive it.
class RootReader final : public FileReader {
 public:
  explicit RootReader(const Root& root) : root_(root) {}
  Result<std::string> read(std::string_view path) const override { return root_.bytes(path); }
  bool exists(std::string_view path) const override { return root_.exists(path); }
  Result<std::vector<std::string>> list(std::string_view directory) const override {
    return root_.list(directory);
  }

 private:
  const Root& root_;
};

// The verbs. None reaches outside of the root: the folders on the way are found inside the root,
// and the last component is never followed where it is a symbolic link. ENOSPC, EROFS and EIO are
// answers (Error::code), not exceptions.
class Files : public FileReader {
 public:
  // A new file, whole and flushed, or none: an existing one is EEXIST. Missing folders above it are
  // made.
  virtual Status create(std::string_view path, std::string_view content, unsigned mode = 0644) = 0;
  virtual Status rename(std::string_view from, std::string_view to) = 0;
  // The same number of bytes into the same blocks; another length is refused. The file must exist.
  virtual Status overwrite(std::string_view path, std::string_view content) = 0;
  // After this, everything done below `directory` so far lies where a reader finds it that knows no
  // journal (GRUB).
  virtual Status settle(std::string_view directory) = 0;
  // Removes a file, a link itself, or an empty folder.
  virtual Status remove(std::string_view path) = 0;

  // Permission bits; 0 where there is no such file.
  virtual unsigned mode(std::string_view path) const = 0;
  // The file that a write has to go to if a symbolic link under this name is to stay: where the
  // link leads, inside the root. `path` itself where it is no link.
  virtual Result<std::string> target(std::string_view path) const { return std::string(path); }
  // A free name beside `path`, for a file on its way there. What a run that was cut short left
  // under such a name is removed.
  virtual Result<std::string> fresh_name(std::string_view path);
};

// Stands behind the name of a file on its way. No boot loader and no grub-mkconfig takes such a
// file for one of its own. (NAME.new would be grub-mkconfig's.).
inline constexpr std::string_view kFresh = ".vfirst";
// The last component of a path is such a name, of this version or of an older one.
bool is_fresh_name(std::string_view path);

// A reader sees the file as it was or as it will be, and never a part of it: it is written whole
// under a fresh name, then renamed.
Status replace(Files& files, std::string_view path, std::string_view content, unsigned mode = 0644);

// Reads back what was written: an error where the file says anything else.
Status check_written(const Files& files, std::string_view path, std::string_view content);

// Removes the folder's files but those to keep, then the folder if nothing is left in it. Where its
// name is a symbolic link, only the link is removed: what lies behind it is not known to be ours.
Status remove_folder(
    Files& files, std::string_view folder, std::initializer_list<std::string_view> keep = {});

// "boot/vfirst" of "boot/vfirst/env"; "." of "env".
std::string folder_of(std::string_view path);

// How settle reaches the disk. GRUB replays no journal: after fsync and rename it still saw the old
// file on ext4 and XFS, and once the freed blocks were reused, another file's bytes. FIFREEZE
// writes the journal home; syncfs does so on ext4 only. A tree that is not the running host's is
// settled by its umount, so it must not freeze whatever filesystem it happens to lie on.
enum class Settle { freeze, sync };

class DiskFiles final : public Files {
 public:
  explicit DiskFiles(const Root& root)
      : DiskFiles(root, root.is_host() ? Settle::freeze : Settle::sync) {}
  // `root` must outlive this.
  DiskFiles(const Root& root, Settle how) : root_(root), how_(how) {}
  DiskFiles(const DiskFiles&) = delete;
  DiskFiles& operator=(const DiskFiles&) = delete;

  Status create(std::string_view path, std::string_view content, unsigned mode = 0644) override;
  Status rename(std::string_view from, std::string_view to) override;
  Status overwrite(std::string_view path, std::string_view content) override;
  Status settle(std::string_view directory) override;
  Status remove(std::string_view path) override;
  Result<std::string> read(std::string_view path) const override;
  bool exists(std::string_view path) const override;
  unsigned mode(std::string_view path) const override;
  Result<std::vector<std::string>> list(std::string_view directory) const override;
  Result<std::string> target(std::string_view path) const override;
  // With our process's number in it: another vfirst that writes the same file takes another name.
  Result<std::string> fresh_name(std::string_view path) override;

 private:
  void keep_until_settled(int folder, const std::string& name);

  const Root& root_;
  Settle how_;
  // Files that lost their name, still open.
  std::vector<Fd> kept_;
};

}  // namespace vfirst
