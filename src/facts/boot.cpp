// SPDX-License-Identifier: GPL-2.0-or-later
// Which boot loader is in charge and where /boot lies. Order and evidence: the loader that wrote an
// EFI variable in this boot, then what is installed; a UKI or an ostree deployment beside GRUB
// decides over GRUB.
#include "facts/mounts.hpp"
#include "facts/readers.hpp"
#include "host/disks.hpp"
#include "host/loader_paths.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {

constexpr std::string_view kEfiVars = "sys/firmware/efi/efivars";
// systemd's boot loader interface
constexpr std::string_view kLoaderGuid = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
// UEFI's own
constexpr std::string_view kGlobalGuid = "8be4df61-93ca-11d2-aa0d-00e098032b8c";

// The ASCII of a UTF-16 EFI variable, behind its four bytes of attributes.
std::string efi_text(const Root& root, std::string_view name) {
  const auto value = root.read(fmt::format("{}/{}-{}", kEfiVars, name, kLoaderGuid));
  std::string out;
  if (value)
    for (std::size_t i = 4; i < value->size(); i += 2)
      if ((*value)[i] > 0) out += (*value)[i];
  return out;
}

std::optional<std::string> entry_in(
    const Root& root, std::string_view directory, std::string_view suffix) {
  const auto names = root.list(directory);
  if (!names) return std::nullopt;
  const auto at = std::find_if(names->begin(), names->end(), [&](const std::string& name) {
    return name.ends_with(suffix);
  });
  return at == names->end() ? std::nullopt : std::optional(fmt::format("{}/{}", directory, *at));
}

std::optional<std::string> first_entry(
    const Root& root, std::initializer_list<std::string_view> directories,
    std::string_view suffix) {
  for (auto directory : directories)
    if (auto found = entry_in(root, directory, suffix)) return found;
  return std::nullopt;
}

void find_loader(const Root& root, BootFacts& boot) {
  const auto decide = [&](Loader loader, std::string evidence) {
    boot.loader = loader;
    boot.evidence = std::move(evidence);
  };
  if (root.exists("run/ostree-booted")) return decide(Loader::ostree, "run/ostree-booted");
  const bool shown = root.exists("boot") || root.exists("efi");
  // a captured tree of /sys and /proc alone
  if (!shown && !boot.uefi) return;
  const auto entries =
      first_entry(root, {kEntryFolders[0], kEntryFolders[1], kEntryFolders[2]}, ".conf");
  if (boot.uefi) {
    if (!efi_text(root, "StubInfo").empty())
      return decide(Loader::uki, fmt::format("{}/StubInfo-{}", kEfiVars, kLoaderGuid));
    if (efi_text(root, "LoaderInfo").starts_with("systemd-boot"))
      return decide(Loader::systemd_boot, fmt::format("{}/LoaderInfo-{}", kEfiVars, kLoaderGuid));
  }
  for (const auto file : kGrubConfigs) {
    const auto text = root.read(file);
    if (!text) continue;
    const bool bls = entries && text->find("blscfg") != std::string::npos;
    return decide(bls ? Loader::grub_bls : Loader::grub, std::string(file));
  }
  if (const auto uki =
          first_entry(root, {"boot/efi/EFI/Linux", "boot/EFI/Linux", "efi/EFI/Linux"}, ".efi"))
    return decide(Loader::uki, *uki);
  if (entries) return decide(Loader::systemd_boot, *entries);
}

}  // namespace

BootFacts read_boot(const Root& root, const std::vector<Mount>& mounts, Gaps& gaps) {
  BootFacts boot;
  boot.uefi = root.exists("sys/firmware/efi");
  if (boot.uefi) {
    const auto secure = root.read(fmt::format("{}/SecureBoot-{}", kEfiVars, kGlobalGuid));
    boot.secure_boot = secure && secure->size() == 5 && (*secure)[4] == 1;
  }
  boot.cmdline = text_of(root, "proc/cmdline");
  find_loader(root, boot);
  if (boot.loader == Loader::none) gaps.push_back("boot: no boot loader's files are shown");
  // Where the distributions mount it; FAT, as GRUB and the firmware read it.
  for (const std::string_view point : {"/boot/efi", "/efi", "/boot"})
    for (const auto& one : mounts)
      if (boot.uefi && boot.esp.empty() && one.point == point && one.type == "vfat")
        boot.esp = point.substr(1);
  const auto* mount = mount_of(mounts, "/boot");
  if (!mount) {
    gaps.push_back("proc/self/mountinfo: not shown, the filesystem of /boot is not known");
    return boot;
  }
  boot.filesystem = mount->type;
  boot.data_journal = mount->options.find("data=journal") != std::string::npos;
  if (const auto name = block_name(root, *mount)) {
    boot.device = *name;
    // The same answer from the device itself, where it may be opened: a mount can hide it (autofs,
    // an overlay).
    if (root.is_host())
      if (const auto type = filesystem_type("/dev/" + *name)) boot.filesystem = *type;
  }
  return boot;
}

}  // namespace vfirst::facts
