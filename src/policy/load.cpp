// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/load.hpp"

#include "host/loader_paths.hpp"
#include "host/own_paths.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <map>

namespace vfirst {

namespace {

namespace fs = std::filesystem;

bool is_policy(std::string_view name) {
  return name.ends_with(".ini") && !name.starts_with('.');
}

// The mode is shown as chmod takes it.
Status check_writers(const fs::path& path, std::string_view shown, const fs::file_status& status) {
  const auto mode = static_cast<unsigned>(status.permissions()) & 07777;
  if (mode & 02)
    return refuse(
        "{}: anyone may write this file (mode {:04o}); run chmod o-w",
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
  // Relative to the root; the file's own name.
  std::string path, name;
  // Of the folder for what this boot brought.
  bool brought = false;
  // Kept by the image under kImagePolicyFolder.
  bool image_copy = false;
};

// Two files of one name are told apart by their whole paths, others by the name alone.
class Shown {
 public:
  explicit Shown(const std::vector<Found>& files) {
    for (const auto& file : files)
      ++times_[file.name];
  }
  const std::string& of(const Found& file) const {
    return times_.at(file.name) > 1 ? file.path : file.name;
  }

 private:
  std::map<std::string, unsigned> times_;
};

Result<std::vector<Source>> read_all(const Root& root, const std::vector<Found>& files) {
  const Shown shown(files);
  std::vector<Source> sources;
  for (const auto& file : files) {
    auto text = VFIRST_TRY(read_policy_file(root, file.path, shown.of(file)));
    sources.push_back({shown.of(file), std::move(text)});
  }
  return sources;
}

Result<std::string> text_of(const Root& root, const Found& file, const std::string& shown) {
  if (!file.image_copy) return read_policy_file(root, file.path, shown);
  auto text = image_policy(root, file.name);
  if (!text) return failed(EIO, "{}: cannot be read from {}", shown, kImagePolicyFolder);
  return *text;
}

bool masks(const Root& root, const Found& file) {
  return file.image_copy ? image_policy(root, file.name).value_or("").empty()
                         : masks(root, file.path);
}

// Adds the directory's files; those that are taken out by one of them go.
Status add_directory(
    const Root& root, const std::string& directory, Found kind, std::vector<Found>& files) {
  if (!root.exists(directory)) return {};
  std::error_code error;
  const auto whole = root.path() / directory;
  VFIRST_CHECK(check_writers(whole, directory, fs::status(whole, error)));
  for (const auto& name : VFIRST_TRY(policy_names(root, directory))) {
    kind.name = name;
    kind.path = fmt::format("{}/{}", kind.image_copy ? kHostPolicy : directory, name);
    if (masks(root, kind))
      std::erase_if(files, [&](const Found& file) { return file.name == name; });
    else
      files.push_back(kind);
  }
  return {};
}

Result<std::vector<Found>> own_files(const Root& root) {
  std::vector<Found> files;
  VFIRST_CHECK(add_directory(root, kImagePolicy, {}, files));
  const bool copies = root.exists(kInitramfsMark) && root.exists(kImagePolicyFolder);
  Found kind;
  kind.image_copy = copies;
  VFIRST_CHECK(add_directory(root, copies ? kImagePolicyFolder : kHostPolicy, kind, files));
  return files;
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
  if (const auto size = fs::file_size(whole, error); !error && size > kPolicySizeLimit)
    return refuse("{}: {} bytes, the limit is {}", shown, size, kPolicySizeLimit);
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

std::optional<std::string> image_policy(const Root& root, const std::string& name) {
  const auto text = root.bytes(fmt::format("{}/{}", kImagePolicyFolder, name));
  if (!text) return std::nullopt;
  const auto end = text->find('\n');
  return end == text->npos ? std::string() : text->substr(end + 1);
}

Result<PolicyTexts> read_search_path(const Root& root) {
  auto files = VFIRST_TRY(own_files(root));
  PolicyTexts out;
  Found kind;
  kind.brought = true;
  if (const auto status = add_directory(root, kBroughtFolder, kind, files); !status)
    out.refused.push_back(status.error().what);
  const Shown shown(files);
  for (const auto& file : files) {
    auto text = text_of(root, file, shown.of(file));
    if (text)
      (file.brought ? out.brought : out.own).push_back({shown.of(file), std::move(*text)});
    else if (file.brought)
      out.refused.push_back(text.error().what);
    else
      return std::unexpected(text.error());
  }
  return out;
}

Result<std::vector<Source>> find_own_policy(const Root& root) {
  return VFIRST_TRY(read_search_path(root)).own;
}

Result<std::vector<Source>> find_policy(const Root& root, const std::vector<std::string>& paths) {
  if (!paths.empty()) return from_paths(paths);
  auto texts = VFIRST_TRY(read_search_path(root));
  std::ranges::move(texts.brought, std::back_inserter(texts.own));
  return std::move(texts.own);
}

namespace {

// The brought files that can be used together with the own ones. Which of two that contradict each
// other is left out is decided by their order; one that needs another is taken after it.
class BroughtFiles {
 public:
  BroughtFiles(const PolicyTexts& texts, const MatchFacts& machine, const UsablePolicy& usable)
      : texts_(texts), machine_(machine), usable_(usable), taken_(texts.brought.size()) {}

  Result<Policy> merge() {
    taken_.assign(taken_.size(), true);
    if (auto policy = judge()) return policy;
    taken_.assign(taken_.size(), false);
    const auto own = VFIRST_TRY(parse_policy(texts_.own, machine_));
    // Own files of which no plan can be made either are not the brought ones' fault.
    if (usable_ && !usable_(own)) usable_ = {};
    for (bool more = true; more;) {
      more = false;
      for (std::size_t i = 0; i < taken_.size(); ++i)
        if (!taken_[i] && fault(i).empty()) taken_[i] = more = true;
    }
    auto policy = VFIRST_TRY(judge());
    for (std::size_t i = 0; i < taken_.size(); ++i)
      if (!taken_[i])
        policy.refused.push_back(
            fmt::format("{} is not used: {}", texts_.brought[i].name, fault(i)));
    return policy;
  }

 private:
  Result<Policy> judge() const {
    auto sources = texts_.own;
    for (std::size_t i = 0; i < taken_.size(); ++i)
      if (taken_[i]) sources.push_back(texts_.brought[i]);
    auto policy = VFIRST_TRY(parse_policy(sources, machine_));
    if (usable_) VFIRST_CHECK(usable_(policy));
    return policy;
  }

  // What this file would spoil beside those that are taken; "" if nothing.
  std::string fault(std::size_t i) {
    taken_[i] = true;
    const auto policy = judge();
    taken_[i] = false;
    return policy ? std::string() : policy.error().what;
  }

  const PolicyTexts& texts_;
  const MatchFacts& machine_;
  UsablePolicy usable_;
  std::vector<bool> taken_;
};

}  // namespace

Result<Policy> load_policy(
    const Root& root, const std::vector<std::string>& paths, const MatchFacts& machine,
    const UsablePolicy& usable) {
  if (!paths.empty()) return parse_policy(VFIRST_TRY(from_paths(paths)), machine);
  const auto texts = VFIRST_TRY(read_search_path(root));
  auto policy = texts.brought.empty() ? VFIRST_TRY(parse_policy(texts.own, machine))
                                      : VFIRST_TRY(BroughtFiles(texts, machine, usable).merge());
  policy.refused.insert(policy.refused.begin(), texts.refused.begin(), texts.refused.end());
  return policy;
}

}  // namespace vfirst
