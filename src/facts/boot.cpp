// SPDX-License-Identifier: GPL-2.0-or-later
// Which boot loader is in charge and where /boot lies.
#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "facts/mounts.hpp"
#include "facts/readers.hpp"
#include "host/disks.hpp"
#include "host/loader_paths.hpp"
#include "host/own_paths.hpp"
#include "loader/efi_variable.hpp"
#include "loader/find_loader.hpp"
#include "loader/loader_facts.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {

// The mounted EFI system partition, where the distributions mount it; FAT, as GRUB and the firmware
// read it.
std::string mounted_esp(const std::vector<Mount>& mounts) {
  for (const auto folder : kEspFolders)
    for (const auto& mount : mounts)
      if (mount.type == "vfat" && mount.point == fmt::format("/{}", folder))
        return std::string(folder);
  return {};
}

// Whether udev knows the device as a partition of the type XBOOTLDR (the Discoverable Partitions
// Specification), which systemd-boot reads whatever its filesystem.
bool is_extended_boot(const Root& root, const Mount& mount) {
  const auto udev = root.read(fmt::format("run/udev/data/b{}", mount.number));
  return udev && udev->contains("E:ID_PART_ENTRY_TYPE=bc13c2ff-59e6-4262-a352-b275fd6f7172");
}

// Where systemd-boot finds its entries: on the EFI system partition, and on an XBOOTLDR partition
// (src/boot/boot.c, config_load_type1_entries and config_load_xbootldr). A folder of this name on
// any other filesystem is not read. GRUB reads those in /boot alone (blscfg.c, bls_load_entries).
std::vector<std::string> entry_folders(
    const Root& root, const std::vector<Mount>& mounts, const BootFacts& boot) {
  if (boot.loader == Loader::grub_bls) return {std::string(kEntryFolders[0])};
  if (boot.loader != Loader::systemd_boot) return {};
  std::vector<std::string> folders;
  for (const std::string_view partition : kEspFolders) {
    const auto* mount = mount_of(mounts, fmt::format("/{}", partition));
    if (!mount || mount->point != fmt::format("/{}", partition)) continue;
    if (mount->type == "vfat" || is_extended_boot(root, *mount))
      folders.push_back(fmt::format("{}/loader/entries", partition));
  }
  if (!folders.empty()) return folders;
  // No mounts are shown, or the partition is not mounted yet: where its program lies.
  for (const auto& sign : boot.signs) {
    if (sign.loader != Loader::systemd_boot) continue;
    for (const std::string_view inside : {"/EFI/", "/loader/"}) {
      const auto at = sign.source.find(inside);
      if (at == sign.source.npos) continue;
      auto folder = sign.source.substr(0, at) + "/loader/entries";
      if (std::ranges::find(folders, folder) == folders.end()) folders.push_back(std::move(folder));
    }
  }
  return folders;
}

void read_filesystem(
    const Root& root, const std::vector<Mount>& mounts, BootFacts& boot, Gaps& gaps) {
  const auto* mount = mount_of(mounts, "/boot");
  if (!mount) {
    gaps.push_back("proc/self/mountinfo: not shown, the filesystem of /boot is not known");
    return;
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
}

}  // namespace

BootFacts read_boot(const Root& root, const std::vector<Mount>& mounts, Gaps& gaps) {
  BootFacts boot;
  boot.uefi = root.exists(kernel_paths::kEfi);
  if (boot.uefi) {
    const auto secure = root.bytes(efi_path("SecureBoot", kGlobalGuid));
    boot.secure_boot = secure && secure->size() == 5 && (*secure)[4] == 1;
    boot.esp = mounted_esp(mounts);
  }
  boot.cmdline = text_of(root, kernel_paths::kCommandLine);
  read_filesystem(root, mounts, boot, gaps);
  return boot;
}

void read_loader(const Root& root, const std::vector<Mount>& mounts, BootFacts& boot, Gaps& gaps) {
  find_loader(root, boot);
  if (boot.loader == Loader::none)
    gaps.push_back(
        boot.doubt.empty() ? "boot: no boot loader's files are shown"
                           : fmt::format("boot: {}", boot.doubt));
  boot.entry_folders = entry_folders(root, mounts, boot);
  // The place of GRUB's block depends on where /boot lies.
  read_loader_arguments(root, boot);
}

}  // namespace vfirst::facts
