// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/files.hpp"

namespace vfirst {

Status replace(Files& files, std::string_view path, std::string_view content, unsigned mode) {
  // Not NAME.new: that one grub-mkconfig takes for itself.
  const auto fresh = fmt::format("{}.vfirst", path);
  // of a run that was cut short
  if (files.exists(fresh)) VFIRST_CHECK(files.remove(fresh));
  VFIRST_CHECK(files.create(fresh, content, mode));
  return files.rename(fresh, path);
}

}  // namespace vfirst
