// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/bls_default.hpp"

#include "loader/efi_variable.hpp"

#include <algorithm>

namespace vfirst {

std::vector<EntryPattern> entry_patterns(const FileReader& files, const BlsMenu& menu) {
  std::vector<EntryPattern> patterns;
  for (const auto name : {"LoaderEntryPreferred", "LoaderEntryDefault"})
    if (auto pattern = efi_text(files, name); !pattern.empty())
      patterns.push_back({std::move(pattern), fmt::format("the EFI variable {}", name)});
  const auto& path = menu.config;
  const auto config = BlsEntry::parse(files.read(path).value_or(""), BlsReader::systemd_boot);
  for (const auto key : {"preferred", "default"})
    // The last one counts.
    if (const auto values = config.values(key); !values.empty())
      patterns.push_back({values.back(), path});
  if (patterns.empty()) patterns.push_back({"", path});
  return patterns;
}

Result<const BlsItem*> bls_default(const FileReader& files, const BlsMenu& menu) {
  const auto patterns = entry_patterns(files, menu);
  for (const auto& [pattern, place] : patterns)
    if (pattern.starts_with('@'))
      return unsupported(fmt::format(
          "{} says default {}: which entry boots next is not known; name one there, or "
          "use --no-trial",
          place, pattern));
  std::vector<BlsItem> others;
  std::ranges::copy_if(
      menu.items, std::back_inserter(others), [](const BlsItem& item) { return !item.trial; });
  const auto* chosen = default_item(others, patterns.front().pattern);
  const auto item = std::ranges::find_if(
      menu.items, [&](const BlsItem& one) { return chosen && one.path == chosen->path; });
  if (item == menu.items.end())
    return unsupported(fmt::format("{}: no entry that boots by default", menu.folder));
  if (!item->normal() || item->variable)
    return unsupported(
        fmt::format("{} boots by default and {}: use --no-trial", item->path, item->left_alone));
  return &*item;
}

std::string bls_one_shot(const FileReader& files) {
  return efi_text(files, "LoaderEntryOneShot");
}

}  // namespace vfirst
