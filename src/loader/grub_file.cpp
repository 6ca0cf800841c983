// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/grub_file.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "base/words.hpp"
#include "host/loader_paths.hpp"
#include "host/own_paths.hpp"
#include "loader/environment_block.hpp"

#include <algorithm>
#include <cctype>

namespace vfirst {

Result<std::string> GrubFileReader::read(std::string_view path) const {
  if (!path.ends_with(".cfg")) return root_.bytes(path);
  return root_.read_lines(
      path, [](std::string_view line) { return !trimmed(line).starts_with("password"); });
}

Result<std::string> loader_file(
    const FileReader& files, std::string_view base, std::string_view path) {
  if (!path.starts_with('/')) return refuse("{}: not a path from the file system's root", path);
  std::string found(base);
  found += path;
  if (files.exists(found)) return found;
  const auto boot = path.find("/boot/");
  if (boot != path.npos && files.exists(path.substr(boot + 1)))
    return std::string(path.substr(boot + 1));
  return refuse("{}: the boot loader's file is not there", path);
}

namespace {

// "….el9_5.x86_64.conf", "….fc41.x86_64.conf": of a kernel package of Red Hat's or Fedora's.
bool is_red_hats(std::string_view entry) {
  for (const std::string_view release : {".el", ".fc"})
    for (auto at = entry.find(release); at != entry.npos; at = entry.find(release, at + 1))
      if (at + release.size() < entry.size() &&
          std::isdigit(static_cast<unsigned char>(entry[at + release.size()])))
        return true;
  return false;
}

// As os-release says. A tree without one (/boot alone) tells it by its kernels.
GrubKind kind_of(const FileReader& files) {
  for (const auto path : kOsReleases) {
    const auto text = files.read(path);
    if (!text) continue;
    std::string names;
    for (const auto line : split(*text, '\n'))
      for (const std::string_view key : {"ID=", "ID_LIKE="})
        if (line.starts_with(key)) append_to_list(names, line.substr(key.size()), " ");
    std::ranges::replace_if(names, [](char c) { return c == '"' || c == '\''; }, ' ');
    for (const auto name : words(names)) {
      if (name == "fedora" || name == "rhel") return GrubKind::red_hat;
      if (name == "debian") return GrubKind::upstream;
    }
    return GrubKind::unknown;
  }
  if (const auto entries = files.list(kEntryFolders[0]))
    if (std::ranges::any_of(*entries, is_red_hats)) return GrubKind::red_hat;
  return GrubKind::unknown;
}

}  // namespace

// GRUB names a file by its device and its path there. Which device a script means is known for the
// one that the configuration itself is on; of another one, a file that is here is taken for it, and
// one that is not here may be there.
GrubMachine grub_machine(const FileReader& files, std::string_view config_path) {
  GrubMachine machine;
  machine.kind = kind_of(files);
  machine.prefix =
      fmt::format("({})/{}", kGrubDevice, config_path.substr(0, config_path.rfind('/')));
  if (files.exists(kernel_paths::kFirmware))
    machine.platform = files.exists(kernel_paths::kEfi) ? "efi" : "pc";
  machine.file = [&files](std::string_view path) -> GrubMachine::File {
    const auto device_end = path.find(')');
    const auto device = path.substr(1, device_end - 1);
    path.remove_prefix(device_end + 1);
    auto place = path.substr(std::min(path.find_first_not_of('/'), path.size()));
    std::string found(place);
    if (!files.exists(found)) found = loader_file(files, "boot", path).value_or("");
    for (const std::string_view partition : kEspFolders)
      if (found.empty() && files.exists(fmt::format("{}/{}", partition, place)))
        found = fmt::format("{}/{}", partition, place);
    // What our own fragment asks for lies nowhere but here.
    const bool ours = place.contains("vfirst/");
    if (found.empty()) return {{}, ours || device == kGrubDevice};
    if (auto text = files.read(found)) return {std::move(*text), true};
    return {{}, false};
  };
  machine.entries = [&files](std::string_view folder) {
    std::optional<std::vector<GrubMachine::EntryFile>> entries;
    const auto found = loader_file(files, "boot", folder);
    if (!found) return entries;
    const auto names = files.list(*found);
    if (!names) return entries;
    entries.emplace();
    for (const auto& name : *names) {
      if (!name.ends_with(".conf") || name.starts_with('.') || name == ".conf") continue;
      auto path = fmt::format("{}/{}", *found, name);
      if (auto text = files.read(path)) entries->push_back({std::move(path), std::move(*text)});
    }
    return entries;
  };
  return machine;
}

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
  std::optional<GrubFile> file;
  for (const auto& path : grub_config_paths(files)) {
    auto text = files.read(path);
    if (!text && text.error().code == std::errc::no_such_file_or_directory) continue;
    if (!text) return std::unexpected(text.error());
    const bool leads_on = only_leads_on(*text);
    if (!file || !leads_on) file = GrubFile{path, std::move(*text), {}};
    if (!leads_on) break;
  }
  if (!file) return refuse("boot/grub/grub.cfg: not there; run update-grub first");
  file->config = GrubConfig::parse(file->text, grub_machine(files, file->path));
  return std::move(*file);
}

std::string boots_no_linux(const GrubFile& file) {
  const auto& next = file.config.next;
  return fmt::format(
      "{}:{}: entry '{}' boots by default, and it boots {}", file.path, next.line, next.title,
      next.xen ? "Xen; vfirst sets up hosts whose hypervisor is KVM" : "no Linux");
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
