// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/host_facts.hpp"

#include "facts/read.hpp"
#include "host/process.hpp"
#include "host/scratch.hpp"
#include "import/document.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>

namespace vfirst {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTars[] = {".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tgz"};
constexpr int kTarLimitS = 60;

Result<Facts> facts_of_tree(const fs::path& tree, const std::string& kernel) {
  const auto root = VFIRST_TRY(Root::open(tree));
  return read_facts(root, {.kernel = kernel, .modules = {}, .names = false});
}

Result<Facts> facts_in(
    const fs::path& directory, const std::string& shown, const std::string& kernel) {
  const auto tree = tree_in(directory);
  if (!tree)
    return refuse(
        "{}: it has no sys/, so it is not a capture of vfirst or hwloc-gather-topology", shown);
  auto facts = facts_of_tree(*tree, kernel);
  if (!facts) facts.error().what = fmt::format("{}: {}", shown, facts.error().what);
  return facts;
}

Result<Facts> facts_of_tar(
    const fs::path& path, const std::string& shown, const std::string& kernel) {
  const auto scratch = VFIRST_TRY(ScratchDirectory::make());
  // Owners and modes of another machine's tar mean nothing on this one, so tar does not restore
  // them.
  const auto ended = VFIRST_TRY(run_process(
      {"tar", "--no-same-owner", "--no-same-permissions", "-xf", fs::absolute(path).native(), "-C",
       scratch.path().native()},
      {}, kTarLimitS));
  if (ended.code != 0) {
    const std::string_view message = ended.err;
    return refuse("{}: tar cannot unpack it: {}", shown, message.substr(0, message.find('\n')));
  }
  return facts_in(scratch.path(), shown, kernel);
}

Result<Facts> facts_of_document(const fs::path& path, const std::string& shown) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (!error && size > kDocumentLimit)
    return refuse("{}: {} bytes, the limit is {}", shown, size, kDocumentLimit);
  std::ifstream file(path, std::ios::binary);
  std::string text(error ? 0 : size, '\0');
  // One read for the whole file.
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (error || !file.is_open() || file.bad())
    return failed(
        error ? error.value() : errno, "{}: cannot be read: {}", shown,
        std::generic_category().message(error ? error.value() : errno));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return read_document(shown, text);
}

}  // namespace

std::optional<std::string> host_of_file(std::string_view name) {
  if (name.starts_with('.')) return std::nullopt;
  const auto without = [&](std::string_view ending) -> std::optional<std::string> {
    if (!name.ends_with(ending) || name.size() == ending.size()) return std::nullopt;
    return std::string(name.substr(0, name.size() - ending.size()));
  };
  if (auto host = without(".json")) return host;
  for (const auto ending : kTars)
    if (auto host = without(ending)) return host;
  return std::nullopt;
}

std::optional<fs::path> tree_in(const fs::path& directory) {
  std::error_code error;
  if (fs::is_directory(directory / "sys", error)) return directory;
  std::vector<fs::path> below;
  for (const auto& entry : fs::directory_iterator(directory, error))
    if (entry.is_directory(error) && fs::is_directory(entry.path() / "sys", error))
      below.push_back(entry.path());
  return below.empty() ? std::nullopt : std::optional(*std::ranges::min_element(below));
}

Result<Facts> host_facts(const fs::path& path, const std::string& kernel) {
  const auto shown = path.filename().empty() ? path.native() : path.filename().native();
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!fs::exists(status)) return failed(ENOENT, "{}: there is no such file", path.native());
  if (fs::is_directory(status)) return facts_in(path, shown, kernel);
  if (!fs::is_regular_file(status))
    return refuse("{}: not a file and not a directory", path.native());
  if (std::ranges::any_of(kTars, [&](std::string_view ending) { return shown.ends_with(ending); }))
    return facts_of_tar(path, shown, kernel);
  return facts_of_document(path, shown);
}

}  // namespace vfirst
