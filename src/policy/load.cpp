// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/load.hpp"

#include "host/own_paths.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

namespace vfirst {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSearchPath[] = {kImagePolicy, kHostPolicy, kBroughtFolder};
constexpr std::uintmax_t kSizeLimit = 1 << 20;

bool is_policy(std::string_view name) {
  return name.ends_with(".ini") && !name.starts_with('.');
}

// Mode bits as ls -l and chmod know them.
Status check_writers(const fs::path& path, std::string_view shown, const fs::file_status& status) {
  const auto mode = static_cast<unsigned>(status.permissions()) & 07777;
  if (mode & 02)
    return refuse(
        "{}: anyone may write it (mode {:04o}); take that away (chmod o-w)",
        shown.empty() ? path.native() : shown, mode);
  return {};
}

bool masks(const Root& root, const std::string& path) {
  if (const auto target = root.link(path); target && fs::path(*target).filename() == "null")
    return true;
  std::error_code error;
  return fs::file_size(root.path() / path, error) == 0 && !error;
}

struct Found {
  // relative to the root; the file's own name
  std::string path, name;
};

// Two files of one name are told apart by their whole paths, others by the name alone.
Result<std::vector<Source>> read_all(const Root& root, const std::vector<Found>& files) {
  std::map<std::string, unsigned> times;
  for (const auto& file : files)
    ++times[file.name];
  std::vector<Source> sources;
  for (const auto& file : files) {
    const auto& shown = times[file.name] > 1 ? file.path : file.name;
    auto text = VFIRST_TRY(read_policy_file(root, file.path, shown));
    sources.push_back({shown, std::move(text)});
  }
  return sources;
}

Result<std::vector<Source>> from_search_path(const Root& root) {
  std::vector<Found> files;
  for (const auto place : kSearchPath) {
    const std::string directory(place);
    if (!root.exists(directory)) continue;
    std::error_code error;
    const auto whole = root.path() / directory;
    VFIRST_CHECK(check_writers(whole, directory, fs::status(whole, error)));
    for (const auto& name : VFIRST_TRY(policy_names(root, directory))) {
      const auto path = directory + '/' + name;
      if (masks(root, path))
        std::erase_if(files, [&](const Found& file) { return file.name == name; });
      else
        files.push_back({path, name});
    }
  }
  return read_all(root, files);
}

Result<std::vector<Source>> from_paths(const std::vector<std::string>& paths) {
  const auto host = VFIRST_TRY(Root::open("/"));
  std::vector<Found> files;
  for (const auto& path : paths) {
    std::error_code error;
    const auto whole = fs::absolute(path, error).lexically_normal();
    if (!fs::exists(whole, error)) return failed(ENOENT, "{}: there is no such policy", path);
    const auto relative = whole.relative_path().native();
    if (!fs::is_directory(whole, error)) {
      files.push_back({relative, whole.filename().native()});
      continue;
    }
    const auto names = VFIRST_TRY(policy_names(host, relative));
    if (names.empty()) return refuse("{}: there is no .ini file in it", path);
    for (const auto& name : names)
      files.push_back({(fs::path(relative) / name).native(), name});
  }
  return read_all(host, files);
}

}  // namespace

Result<std::string> read_policy_file(
    const Root& root, const std::string& path, std::string_view shown) {
  const auto whole = root.path() / path;
  std::error_code error;
  const auto status = fs::status(whole, error);
  if (error) return failed(error.value(), "{}: {}", shown, error.message());
  if (!fs::is_regular_file(status)) return refuse("{}: not a regular file", shown);
  VFIRST_CHECK(check_writers(whole, shown, status));
  if (const auto size = fs::file_size(whole, error); !error && size > kSizeLimit)
    return refuse("{}: {} bytes, the limit is {}", shown, size, kSizeLimit);
  auto text = root.bytes(path);
  if (!text)
    text.error().what = fmt::format(
        "{}: cannot be read: {}", shown, std::make_error_code(text.error().code).message());
  return text;
}

Result<std::vector<std::string>> policy_names(const Root& root, const std::string& directory) {
  auto names = VFIRST_TRY(root.list(directory));
  std::erase_if(names, [](const std::string& name) { return !is_policy(name); });
  return names;
}

Result<std::vector<Source>> find_policy(const Root& root, const std::vector<std::string>& paths) {
  return paths.empty() ? from_search_path(root) : from_paths(paths);
}

Result<Policy> load_policy(
    const Root& root, const std::vector<std::string>& paths, const MatchFacts& machine) {
  return parse_policy(VFIRST_TRY(find_policy(root, paths)), machine);
}

}  // namespace vfirst
