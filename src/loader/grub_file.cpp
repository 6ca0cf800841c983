// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/grub_file.hpp"

#include "host/loader_paths.hpp"
#include "host/own_paths.hpp"
#include "loader/environment_block.hpp"

#include <algorithm>

namespace vfirst {

std::vector<std::string> grub_config_paths(const FileReader& files) {
  std::vector<std::string> paths(kGrubConfigs.begin(), kGrubConfigs.end());
  for (const std::string_view partition : kEspFolders) {
    const auto efi = fmt::format("{}/EFI", partition);
    if (!files.exists(efi)) continue;
    auto vendors = files.list(efi).value_or(std::vector<std::string>{});
    std::ranges::sort(vendors);
    for (const auto& vendor : vendors)
      if (auto path = fmt::format("{}/{}/grub.cfg", efi, vendor); files.exists(path))
        paths.push_back(std::move(path));
  }
  return paths;
}

Result<GrubFile> read_grub_config(const FileReader& files) {
  for (const auto& path : grub_config_paths(files)) {
    auto text = files.read(path);
    if (!text && text.error().code == std::errc::no_such_file_or_directory) continue;
    if (!text) return std::unexpected(text.error());
    auto config = GrubConfig::parse(*text);
    if (config.only_leads_on()) continue;
    return GrubFile{std::string(path), std::move(*text), std::move(config)};
  }
  return refuse("boot/grub/grub.cfg: not there; run update-grub first");
}

std::vector<std::string> faults(const GrubFile& file, std::string_view block) {
  auto faults = file.config.faults();
  const bool esp = block != kEnvironment;
  if (file.config.fragment && file.config.block_on_esp != esp)
    faults.push_back(fmt::format(
        "its fragment reads the block from {}",
        esp ? "/boot, where GRUB cannot write"
            : "the EFI system partition, and it belongs to /boot"));
  return faults;
}

std::string grub_environment_path(const FileReader& files, const Root& root) {
  for (const auto name : kGrubEnvironments) {
    const std::string path(name);
    if (!files.exists(path)) continue;
    // RHEL 8 on UEFI: a link to the ESP. A rename would replace the link, and an overwrite does not
    // follow it.
    return root.link(path) ? root.real_path(path) : path;
  }
  return {};
}

std::string grub_variable(
    const FileReader& files, std::string_view environment, std::string_view name) {
  if (environment.empty()) return {};
  return environment_value(files.read(environment).value_or(""), name);
}

}  // namespace vfirst
