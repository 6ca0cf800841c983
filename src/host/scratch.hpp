// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A directory of our own below $TMPDIR, removed with the object, and also when this process is
// killed.

#include "base/result.hpp"
#include "host/fd.hpp"

#include <sys/types.h>
#include <filesystem>

namespace vfirst {

class ScratchDirectory {
 public:
  static Result<ScratchDirectory> make();
  ScratchDirectory(ScratchDirectory&& other) noexcept;
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;
  ~ScratchDirectory();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::filesystem::path path);

  std::filesystem::path path_;
  // A shell waits at the other end of this line, and removes the directory when the line ends
  // without a word. -1 where there is none.
  Fd alive_{-1};
  pid_t remover_ = -1;
};

}  // namespace vfirst
