// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/files.hpp"

#include <algorithm>
#include <cerrno>

namespace vfirst {

bool is_fresh_name(std::string_view path) {
  // What vfirst 0.1.0 called the files on their way in boot/vfirst.
  if (path.ends_with(".tmp")) return true;
  const auto name = path.substr(path.rfind('/') + 1);
  const auto at = name.rfind(kFresh);
  if (at == name.npos || at == 0) return false;
  const auto rest = name.substr(at + kFresh.size());
  return rest.empty() ||
         (rest.size() > 1 && rest.front() == '-' &&
          std::ranges::all_of(rest.substr(1), [](char c) { return c >= '0' && c <= '9'; }));
}

std::string folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return std::string(slash == path.npos ? "." : path.substr(0, slash));
}

Result<std::string> Files::fresh_name(std::string_view path) {
  auto fresh = fmt::format("{}{}", path, kFresh);
  if (exists(fresh)) VFIRST_CHECK(remove(fresh));
  return fresh;
}

Status replace(Files& files, std::string_view path, std::string_view content, unsigned mode) {
  const auto fresh = VFIRST_TRY(files.fresh_name(path));
  VFIRST_CHECK(files.create(fresh, content, mode));
  return files.rename(fresh, path);
}

Status check_written(const Files& files, std::string_view path, std::string_view content) {
  if (VFIRST_TRY(files.read(path)) == content) return {};
  return failed(EIO, "{}: does not read back as written", path);
}

Status remove_folder(
    Files& files, std::string_view folder, std::initializer_list<std::string_view> keep) {
  if (VFIRST_TRY(files.target(folder)) != folder) return files.remove(folder);
  if (!files.exists(folder)) return {};
  bool left = false;
  for (const auto& name : VFIRST_TRY(files.list(folder))) {
    const auto path = fmt::format("{}/{}", folder, name);
    if (std::ranges::find(keep, path) != keep.end())
      left = true;
    else
      VFIRST_CHECK(files.remove(path));
  }
  return left || !files.exists(folder) ? Status{} : files.remove(folder);
}

}  // namespace vfirst
