// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Writes a tar archive (ustar, with pax records for long names) to a descriptor. It has no times
// and no owners, so the same entries give the same bytes.

#include "base/result.hpp"

#include <string_view>

namespace vfirst {

class TarWriter {
 public:
  // `fd` stays the caller's.
  explicit TarWriter(int fd) : fd_(fd) {}
  Status directory(std::string_view path);
  Status file(std::string_view path, std::string_view content);
  Status link(std::string_view path, std::string_view target);
  Status finish();

 private:
  Status header(
      char type, std::string_view path, std::string_view target, std::size_t size, unsigned mode);
  Status padded(std::string_view content);
  Status write(std::string_view bytes);
  int fd_;
};

}  // namespace vfirst
