// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/support.hpp"

#include "bootloader/handover.hpp"

#include <algorithm>

namespace vfirst {

std::unexpected<Error> unsupported(std::string why) {
  return std::unexpected(
      Error{Error::Kind::refused, std::errc::operation_not_supported, sentence(std::move(why))});
}

std::string_view loader_name(Loader loader) {
  switch (loader) {
    case Loader::none: return "no boot loader";
    case Loader::grub: return "GRUB";
    case Loader::grub_bls: return "GRUB with Boot Loader Specification entries";
    case Loader::systemd_boot: return "systemd-boot";
    case Loader::uki: return "a unified kernel image";
    case Loader::ostree: return "ostree";
  }
  return "";
}

Status can_apply(const BootFacts& boot, std::string_view arguments) {
  const auto seen = boot.evidence.empty() ? std::string() : fmt::format(" ({})", boot.evidence);
  switch (boot.loader) {
    case Loader::grub:
    case Loader::grub_bls:
    case Loader::systemd_boot: return {};
    case Loader::none:
      return unsupported(
          "no boot loader found: nothing under boot/grub, boot/grub2 or boot/loader. For a netboot "
          "use vfirst plan --cmdline");
    case Loader::uki: {
      const auto addon = uki_addon(boot, arguments);
      return unsupported(fmt::format(
          "this host boots a unified kernel image{}, whose arguments are signed with "
          "it; vfirst writes nothing. Build and sign an "
          "addon, and copy it to {}: {}",
          seen, addon.place, addon.build));
    }
    case Loader::ostree:
      return unsupported(fmt::format(
          "this host's deployments belong to ostree{}. Run: {}; or, where bootc has "
          "loader-entries: {}",
          seen, rpm_ostree_command(arguments, boot.own_arguments), bootc_command(arguments)));
  }
  return unsupported("unknown boot loader");
}

namespace {

// GRUB writes through no diskfilter (LVM, md, dm-crypt: disk/diskfilter.c) and to these
// filesystems' plain files only; on btrfs save_env fails, as tried. "" where it can.
std::string why_not_writable(const BootFacts& boot) {
  if (boot.device.starts_with("dm-") || boot.device.starts_with("md"))
    return fmt::format(
        "/boot is on {}: GRUB reads LVM and RAID but cannot write there", boot.device);
  static constexpr std::string_view kWritable[] = {"ext2", "ext3", "ext4", "xfs", "vfat"};
  if (boot.filesystem.empty())
    return "the filesystem of /boot is unknown, so GRUB may not be able to write there";
  if (std::find(std::begin(kWritable), std::end(kWritable), boot.filesystem) == std::end(kWritable))
    return fmt::format("/boot is {}: GRUB cannot write there", boot.filesystem);
  if (boot.data_journal)
    return fmt::format(
        "/boot is {} with data=journal: GRUB, which reads no journal, may see old bytes",
        boot.filesystem);
  return {};
}

}  // namespace

bool grub_can_write(const BootFacts& boot) {
  return why_not_writable(boot).empty();
}

Status can_try(const BootFacts& boot) {
  // it counts an entry's boots itself
  if (boot.loader == Loader::systemd_boot) return {};
  if (boot.loader == Loader::grub_bls)
    return unsupported(
        "GRUB counts no boots of its entries: no trial is possible; --no-trial makes the arguments "
        "good at once");
  if (boot.loader != Loader::grub)
    return unsupported(fmt::format(
        "a trial needs GRUB or systemd-boot; this host has {}", loader_name(boot.loader)));
  const auto why = why_not_writable(boot);
  if (why.empty() || !boot.esp.empty()) return {};
  return unsupported(fmt::format(
      "{}, and no EFI system partition is mounted that could hold its block: no trial "
      "is possible; --no-trial makes the arguments good at once",
      why));
}

}  // namespace vfirst
