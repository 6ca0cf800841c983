// SPDX-License-Identifier: GPL-2.0-or-later
// Which boot loader is in charge and where /boot lies.
#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "facts/mounts.hpp"
#include "facts/readers.hpp"
#include "host/disks.hpp"
#include "host/loader_paths.hpp"
#include "loader/efi_variable.hpp"
#include "loader/find_loader.hpp"
#include "loader/loader_facts.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {

// The mounted EFI system partition, where the distributions mount it; FAT, as GRUB and the firmware
// read it.
std::string mounted_esp(const std::vector<Mount>& mounts) {
  for (const std::string_view point : {"/boot/efi", "/efi", "/boot"})
    for (const auto& mount : mounts)
      if (mount.point == point && mount.type == "vfat") return std::string(point.substr(1));
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
  if (boot.loader == Loader::none)
    gaps.push_back(
        boot.doubt.empty() ? "boot: no boot loader's files are shown"
                           : fmt::format("boot: {}", boot.doubt));
  read_filesystem(root, mounts, boot, gaps);
  // The place of GRUB's block depends on what lies above.
  read_loader_arguments(RootReader(root), root, boot);
  return boot;
}

}  // namespace vfirst::facts
