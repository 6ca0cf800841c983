// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/boot_facts.hpp"

namespace vfirst {

std::string NextLine::cmdline() const {
  return before.empty() || behind.empty() ? before + behind : before + ' ' + behind;
}

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
    case Loader::proxmox: return "proxmox-boot-tool";
  }
  return "";
}

}  // namespace vfirst
