// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Which boot loader is in charge, where /boot lies, and what stands there about kernel arguments.
// Plain values, read by read_boot (facts/readers.hpp).

#include "base/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

enum class Loader { none, grub, grub_bls, systemd_boot, uki, ostree, proxmox };

// Something that speaks for a boot loader.
struct LoaderSign {
  Loader loader = Loader::none;
  // A file or an EFI variable: "boot/efi/EFI/systemd/systemd-bootx64.efi".
  std::string source;
  bool operator==(const LoaderSign&) const = default;
};

// What the boot loader gives the kernel at the next boot when nobody chooses, as its files stand:
// its variables are put in, and vfirst's arguments are left out.
struct NextLine {
  // Of the entry: "Debian GNU/Linux"; "" where it is not known.
  std::string title;
  // Where it stands: "boot/grub/grub.cfg:131", "boot/loader/entries/x.conf".
  std::string source;
  // The arguments of others that stand before vfirst's and behind them.
  std::string before, behind;
  // Why it is not known, a sentence; "" where it is, and where the loader's files are not shown.
  std::string doubt;

  bool known() const { return doubt.empty() && !source.empty(); }
  // Both parts.
  std::string cmdline() const;
  bool operator==(const NextLine&) const = default;
};

struct BootFacts {
  Loader loader = Loader::none;
  // The file or EFI variable that decided it.
  std::string evidence;
  // The loader that boots from what proxmox-boot-tool copied: systemd-boot or GRUB; none where that
  // is not known, and with any other loader.
  Loader copies_for = Loader::none;
  // All that was seen, this one among them.
  std::vector<LoaderSign> signs;
  // Why the loader is none although there are signs of one; "" otherwise.
  std::string doubt;
  bool uefi = false;
  bool secure_boot = false;
  // Of /boot: "ext4", "xfs", "vfat", "btrfs"; "" unknown.
  std::string filesystem;
  // Block device of /boot, "dm-0", "md0", "vda1".
  std::string device;
  // ext4 data=journal: file bytes may lie in the journal alone.
  bool data_journal = false;
  // The mounted EFI system partition, "boot/efi"; "" none.
  std::string esp;
  // The folders whose boot loader entries the loader reads, "boot/efi/loader/entries"; empty where
  // it reads none, or where that is not known.
  std::vector<std::string> entry_folders;
  // Of the running kernel, as it stands in proc/cmdline.
  std::string cmdline;
  // Of the next one.
  NextLine next;
  // What vfirst wrote to the loader, this time and before: each text that the running kernel may
  // have been given, the longest first. One may hold another, and is to be found as a whole.
  std::vector<std::string> own_arguments;
  // The files and lines that others' arguments of `cmdline` and `next` come from,
  // "etc/default/grub:6", by the argument as it stands there. An argument that no such file holds
  // is not in it.
  std::map<std::string, std::vector<std::string>> sources;
  bool operator==(const BootFacts&) const = default;
};

// "GRUB", "systemd-boot", ...
std::string_view loader_name(Loader loader);

// What this host or its boot loader cannot do, and why (Error::code operation_not_supported).
std::unexpected<Error> unsupported(std::string why);

}  // namespace vfirst
