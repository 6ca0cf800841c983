// SPDX-License-Identifier: GPL-2.0-or-later
// Which boot loader is in charge and where /boot lies. Order and evidence: the loader that wrote an
// EFI variable in this boot, then what is installed; a UKI or an ostree deployment beside GRUB
// decides over GRUB.
#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "facts/mounts.hpp"
#include "facts/readers.hpp"
#include "host/disks.hpp"
#include "host/loader_paths.hpp"
#include "host/own_paths.hpp"
#include "loader/efi_variable.hpp"
#include "loader/grub_config.hpp"
#include "loader/loader_facts.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {

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

// A grub.cfg may hold password hashes; no more of it is read, and goes into a capture.
bool is_no_password(std::string_view line) {
  return !trimmed(line).starts_with("password");
}

// The command that makes GRUB read entries, not the word: that may stand in a comment.
bool runs_blscfg(std::string_view text) {
  return text.find("blscfg") != text.npos && GrubConfig::parse(text).bls;
}

void find_loader(const Root& root, BootFacts& boot) {
  const auto decide = [&](Loader loader, std::string evidence) {
    boot.loader = loader;
    boot.evidence = std::move(evidence);
  };
  if (root.exists("run/ostree-booted")) return decide(Loader::ostree, "run/ostree-booted");
  const bool shown = root.exists("boot") || root.exists("efi");
  // A captured tree of /sys and /proc alone.
  if (!shown && !boot.uefi) return;
  const auto entries =
      first_entry(root, {kEntryFolders[0], kEntryFolders[1], kEntryFolders[2]}, ".conf");
  const RootReader files(root);
  if (boot.uefi) {
    if (!efi_text(files, "StubInfo").empty())
      return decide(Loader::uki, efi_path("StubInfo", kLoaderGuid));
    if (efi_text(files, "LoaderInfo").starts_with("systemd-boot"))
      return decide(Loader::systemd_boot, efi_path("LoaderInfo", kLoaderGuid));
  }
  for (const auto path : kGrubConfigs) {
    const auto text = root.read_lines(path, is_no_password);
    if (!text) continue;
    return decide(
        entries && runs_blscfg(*text) ? Loader::grub_bls : Loader::grub, std::string(path));
  }
  if (const auto uki =
          first_entry(root, {"boot/efi/EFI/Linux", "boot/EFI/Linux", "efi/EFI/Linux"}, ".efi"))
    return decide(Loader::uki, *uki);
  if (entries) return decide(Loader::systemd_boot, *entries);
}

// The mounted EFI system partition, where the distributions mount it; FAT, as GRUB and the firmware
// read it.
std::string mounted_esp(const std::vector<Mount>& mounts) {
  for (const auto folder : kEspFolders)
    for (const auto& mount : mounts)
      if (mount.type == "vfat" && mount.point == fmt::format("/{}", folder))
        return std::string(folder);
  return {};
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
  boot.uefi = root.exists("sys/firmware/efi");
  if (boot.uefi) {
    const auto secure = root.bytes(efi_path("SecureBoot", kGlobalGuid));
    boot.secure_boot = secure && secure->size() == 5 && (*secure)[4] == 1;
    boot.esp = mounted_esp(mounts);
  }
  boot.cmdline = text_of(root, kernel_paths::kCommandLine);
  find_loader(root, boot);
  if (boot.loader == Loader::none) gaps.push_back("boot: no boot loader's files are shown");
  read_filesystem(root, mounts, boot, gaps);
  // The place of GRUB's block depends on what lies above.
  read_loader_arguments(RootReader(root), root, boot);
  return boot;
}

}  // namespace vfirst::facts
