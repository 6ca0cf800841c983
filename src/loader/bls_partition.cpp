// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/bls_partition.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace vfirst {

namespace {

std::vector<std::string> names_in(const FileReader& files, const std::string& folder) {
  return files.exists(folder) ? files.list(folder).value_or(std::vector<std::string>{})
                              : std::vector<std::string>{};
}

}  // namespace

std::string efi_file(std::string_view path) {
  std::string file;
  for (auto c : path) {
    if (c == '/') c = '\\';
    if (c != '\\' || !file.ends_with('\\')) file += c;
  }
  return file;
}

bool partition_has(const FileReader& files, std::string_view partition, std::string_view path) {
  const auto file = efi_file(path);
  std::string at(partition);
  for (const auto part : split(file, '\\')) {
    if (part.empty()) continue;
    const auto exact = fmt::format("{}/{}", at, part);
    if (files.exists(exact)) {
      at = exact;
      continue;
    }
    const auto names = names_in(files, at);
    const auto name = std::ranges::find(names, lowered(part), lowered);
    if (name == names.end()) return false;
    at += '/' + *name;
  }
  return true;
}

std::vector<BlsImage> unified_images(const FileReader& files, std::string_view partition) {
  const auto folder = fmt::format("{}/EFI/Linux", partition);
  std::vector<BlsImage> images;
  for (const auto& file : names_in(files, folder))
    if (auto name = BlsName::parse(file, ".efi"))
      images.push_back({std::move(*name), fmt::format("{}/{}", folder, file)});
  return images;
}

std::string efi_architecture(const FileReader& files, std::string_view partition) {
  std::string found;
  for (const auto& [folder, begin] :
       {std::pair{"EFI/systemd", "systemd-boot"}, std::pair{"EFI/BOOT", "boot"}})
    for (const auto& file : names_in(files, fmt::format("{}/{}", partition, folder))) {
      const auto name = lowered(file);
      if (!name.starts_with(begin) || !name.ends_with(".efi")) continue;
      const std::string_view all(begin);
      const auto architecture = name.substr(all.size(), name.size() - all.size() - 4);
      if (!found.empty() && found != architecture) return {};
      found = architecture;
    }
  return found;
}

}  // namespace vfirst
