// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/firmware.hpp"

#include "base/text.hpp"

namespace vfirst {

bool is_ice_package(std::string_view file) {
  for (const std::string_view packed : {".zst", ".xz"})
    if (file.ends_with(packed)) file.remove_suffix(packed.size());
  return file == "ice.pkg" || (file.starts_with("ice-") && file.ends_with(".pkg"));
}

std::optional<std::vector<std::string>> ice_packages(
    const Root& root, std::span<const std::string> releases) {
  const std::string firmware = "lib/firmware";
  std::vector<std::string> folders{firmware + "/updates", firmware};
  for (const auto& release : releases) {
    folders.push_back(fmt::format("{}/updates/{}", firmware, release));
    folders.push_back(fmt::format("{}/{}", firmware, release));
  }
  // A kernel argument, firmware_class.path=.
  const auto named = trimmed(root.read("sys/module/firmware_class/parameters/path").value_or(""));
  if (named.size() > 1 && named.front() == '/') folders.emplace_back(named.substr(1));
  if (!root.exists(firmware)) return std::nullopt;
  std::vector<std::string> out;
  for (const auto& folder : folders) {
    const auto path = fmt::format("{}/{}", folder, kIcePackageFolder);
    for (const auto& name : root.list(path).value_or(std::vector<std::string>{}))
      if (is_ice_package(name)) out.push_back(fmt::format("{}/{}", path, name));
  }
  return out;
}

}  // namespace vfirst
