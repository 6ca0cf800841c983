// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The directory under which everything lies that vfirst reads or changes: "/" on a host, a captured
// tree, an image, a fixture.

#include "base/result.hpp"
#include "host/fd.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// All paths are relative ("sys/bus/pci/devices"). A leading '/' is refused, since openat(2) would
// ignore the root for it. Symbolic links are followed. In a tree that is not the host's they stay
// in the tree, absolute ones and those that climb, as after a chroot. Virtual so that a test can
// answer writes as the kernel would.
class Root {
 public:
  static Result<Root> open(const std::filesystem::path& directory);
  Root(Root&&) noexcept;
  Root& operator=(Root&&) noexcept;
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;
  virtual ~Root();

  // The whole content without a newline at its end. Only regular files are read, and in a tree that
  // is not the host's only up to 16 MiB; whatever else is there is refused. Errors of the kernel
  // come back with their errno in Error::code.
  virtual Result<std::string> read(std::string_view path) const;
  // The content as it is, a newline at its end included.
  virtual Result<std::string> bytes(std::string_view path) const;
  // At most the first `limit` bytes: the kernel takes milliseconds to print all of /proc/cpuinfo on
  // a large machine.
  virtual Result<std::string> read_head(std::string_view path, std::size_t limit) const;
  // The lines for which `keep` answers true; each other line is empty, so that line numbers stay.
  // For files that may hold passwords: what is not kept does not get into a capture either.
  virtual Result<std::string> read_lines(
      std::string_view path, bool (*keep)(std::string_view line)) const;
  // One write(2) of `value` into an existing file (a sysfs attribute). A short count is EIO. No
  // O_CREAT, no O_TRUNC.
  virtual Status write(std::string_view path, std::string_view value) const;
  // What the symbolic link `path` says.
  virtual Result<std::string> link(std::string_view path) const;
  // Links are followed.
  virtual bool exists(std::string_view path) const;
  // The file's mode has a write bit, whoever we are.
  virtual bool writable(std::string_view path) const;
  // The names in a directory, sorted, without . and ..
  virtual Result<std::vector<std::string>> list(std::string_view path) const;

  // The permission bits, links followed; 0 where there is no such file.
  unsigned mode(std::string_view path) const;
  // The path without the symbolic links in it, for a path that exists; at most 40 are followed.
  // `met` is told each link and its target.
  std::string real_path(
      std::string_view path, bool follow_last = true,
      const std::function<void(const std::string& link, const std::string& target)>& met = {})
      const;
  // A directory itself, not a link to one.
  bool is_folder(std::string_view path) const;
  // openat(2) below this root: with O_NOFOLLOW for the last component where the flags say so, and
  // never outside of a tree that is not the host's. The caller owns the descriptor; on failure the
  // answer is -1 and errno says why.
  int open_at(std::string_view path, int flags, unsigned mode = 0) const;

  // Says that a library reads this file by its own name. A root that records what is read notes it.
  virtual void note(std::string_view path) const;
  // Says what the running kernel answered where no file shows it. A root that records keeps it as
  // the file `path`, and a tree without a kernel reads it there.
  virtual void remember(std::string_view path, std::string_view answer) const;

  // The last component of the link's target ("vfio-pci" for .../driver); nothing where there is no
  // link.
  std::optional<std::string> link_name(std::string_view path) const;
  // The content as an unsigned number (base 16 takes 0x), nothing where there is no file or no
  // number.
  std::optional<std::uint64_t> number(std::string_view path, int base = 10) const;

  // The directory's own path, for libraries that want a name. Only reads may go this way: nothing
  // keeps them inside.
  const std::filesystem::path& path() const { return path_; }
  // Whether this is the running system, so that its kernel may be asked.
  bool is_host() const { return host_; }

 protected:
  static Result<std::string> only_lines(
      Result<std::string> text, bool (*keep)(std::string_view line));
  Root(Fd fd, std::filesystem::path path);

 private:
  Fd fd_;
  std::filesystem::path path_;
  // Asked for every file that is read, where comparing paths costs as much as a system call.
  bool host_;
};

}  // namespace vfirst
