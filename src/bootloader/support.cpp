// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/support.hpp"

#include "bootloader/handover.hpp"
#include "loader/grub_storage.hpp"

namespace vfirst {

Status can_apply(const BootFacts& boot, const Arguments& arguments) {
  const auto seen = boot.evidence.empty() ? std::string() : fmt::format(" ({})", boot.evidence);
  switch (boot.loader) {
    case Loader::grub:
    case Loader::grub_bls:
    case Loader::systemd_boot:
    case Loader::ostree: return {};
    case Loader::proxmox:
      return unsupported(fmt::format(
          "proxmox-boot-tool copies this host's kernels and arguments to partitions of its own{}, "
          "which vfirst can have it do on the running host alone, and where it is known which "
          "boot loader reads them. Else add the arguments to /etc/kernel/cmdline "
          "(systemd-boot) "
          "or to GRUB_CMDLINE_LINUX in /etc/default/grub (GRUB), then run: proxmox-boot-tool "
          "refresh{}{}",
          seen, arguments.empty() ? "" : ". The arguments are: ", arguments.str()));
    case Loader::none:
      if (!boot.doubt.empty()) return unsupported(boot.doubt);
      return unsupported(
          "no boot loader found: nothing under boot/grub, boot/grub2 or boot/loader. For a host "
          "that "
          "boots from the network use vfirst plan --cmdline");
    case Loader::uki: {
      const auto addon = uki_addon(boot, arguments);
      return unsupported(fmt::format(
          "this host boots a unified kernel image{}, and its signature covers the kernel "
          "arguments, "
          "so vfirst writes nothing. Build and sign an addon, and copy it to {}: {}",
          seen, addon.place, addon.build));
    }
  }
  return unsupported("unknown boot loader");
}

constexpr std::string_view kNoTrial =
    "Use: vfirst apply --no-trial (permanent immediately; undo with vfirst rollback)";

Status can_try(const BootFacts& boot) {
  // It counts an entry's boots itself.
  if (boot.loader == Loader::systemd_boot) return {};
  if (boot.loader != Loader::grub && boot.loader != Loader::grub_bls)
    return unsupported(fmt::format(
        "trial boots need GRUB or systemd-boot; this host has {}. {}", loader_name(boot.loader),
        kNoTrial));
  const auto why = why_grub_cannot_write(boot);
  if (why.empty()) return {};
  if (boot.loader == Loader::grub_bls)
    return unsupported(fmt::format("{}: trial boots are not possible. {}", why, kNoTrial));
  if (!boot.esp.empty()) return {};
  return unsupported(fmt::format(
      "{}, and no EFI system partition is mounted where it could: trial boots are not possible. {}",
      why, kNoTrial));
}

}  // namespace vfirst
