// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One directory under which everything lies that vfirst reads or changes: "/" on a host, a captured
// tree, a fixture.

#include "base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// All paths are relative ("sys/bus/pci/devices"); a leading '/' is a bug and refused, since
// openat(2) would ignore the root. Symbolic links are followed, and in a tree that is not the
// host's they stay in it, absolute ones too (openat2(2), RESOLVE_IN_ROOT). Virtual so that a test
// can answer writes as the kernel would.
class Root {
 public:
  static Result<Root> open(const std::filesystem::path& directory);
  Root(Root&&) noexcept;
  Root& operator=(Root&&) noexcept;
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;
  virtual ~Root();

  // The whole content, trailing newline kept out. ENOENT and other errnos come back in Error::code.
  virtual Result<std::string> read(std::string_view path) const;
  // the content as it is, for copying
  Result<std::string> bytes(std::string_view path) const;
  // At most the first `limit` bytes: /proc/cpuinfo of a large machine takes the kernel milliseconds
  // to print whole.
  virtual Result<std::string> read_head(std::string_view path, std::size_t limit) const;
  // The lines for which `keep` says so, each other one empty: line numbers stay. For files that may
  // hold passwords: what is not kept does not get into a capture either.
  virtual Result<std::string> read_lines(
      std::string_view path, bool (*keep)(std::string_view line)) const;
  // One write(2) of `value` into an existing file (a sysfs attribute); a short count is EIO. No
  // O_CREAT, no O_TRUNC.
  virtual Status write(std::string_view path, std::string_view value) const;
  // readlink
  virtual Result<std::string> link(std::string_view path) const;
  // follows links
  virtual bool exists(std::string_view path) const;
  // its mode has a write bit, whoever we are
  virtual bool writable(std::string_view path) const;
  // names, sorted, without . and ..
  virtual Result<std::vector<std::string>> list(std::string_view path) const;

  // Says that a library reads this file by its own name; a root that keeps account of what is read
  // notes it.
  virtual void note(std::string_view path) const;

  // The last component of the link's target ("vfio-pci" for .../driver); nothing where there is no
  // link.
  std::optional<std::string> link_name(std::string_view path) const;
  // The content as an unsigned number (base 16 takes 0x), nothing where there is no file or no
  // number.
  std::optional<std::uint64_t> number(std::string_view path, int base = 10) const;

  // for libraries that want a name
  const std::filesystem::path& path() const { return path_; }
  // O_PATH, owned by this
  int fd() const { return fd_; }
  // may the running kernel be asked?
  bool is_host() const { return path_ == "/"; }

 protected:
  static Result<std::string> only_lines(
      Result<std::string> text, bool (*keep)(std::string_view line));
  explicit Root(int fd, std::filesystem::path path);

 private:
  int fd_ = -1;
  std::filesystem::path path_;
};

}  // namespace vfirst
