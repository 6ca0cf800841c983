// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A directory of our own under $TMPDIR, gone with the object.

#include "base/result.hpp"

#include <filesystem>

namespace vfirst {

class ScratchDirectory {
 public:
  static Result<ScratchDirectory> make();
  ScratchDirectory(ScratchDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;
  ~ScratchDirectory();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace vfirst
