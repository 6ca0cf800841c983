// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/scratch.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace vfirst {

namespace fs = std::filesystem;

Result<ScratchDirectory> ScratchDirectory::make() {
  std::error_code error;
  auto name = (fs::temp_directory_path(error) / "vfirst-XXXXXX").native();
  if (error) return failed(error.value(), "$TMPDIR: {}", error.message());
  if (!::mkdtemp(name.data())) return failed(errno, "{}: {}", name, std::strerror(errno));
  return ScratchDirectory(name);
}

ScratchDirectory::~ScratchDirectory() {
  if (path_.empty()) return;
  std::error_code error;
  // An archive may hold directories that nobody may enter.
  for (auto at = fs::recursive_directory_iterator(
           path_, fs::directory_options::skip_permission_denied, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error))
    if (std::error_code own; at->is_directory(own) && !at->is_symlink(own))
      fs::permissions(at->path(), fs::perms::owner_all, fs::perm_options::add, own);
  fs::remove_all(path_, error);
}

}  // namespace vfirst
