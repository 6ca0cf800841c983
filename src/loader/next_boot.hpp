// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the boot loader does at the next boot when nobody is at the console: for whoever takes its
// place (kexec). These are free functions, and cold: early boot needs none of them, so a program
// without `apply` does not link them, and one with it has them small.

#include "host/files.hpp"
#include "loader/bls_menu.hpp"
#include "loader/boot_facts.hpp"
#include "loader/grub_file.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct NextBoot {
  // Relative to the root: "boot/vmlinuz-6.12.9".
  std::string kernel;
  // The kernel unpacks them one after the other.
  std::vector<std::string> initrds;
  // All of it, ours and a trial's included.
  std::string cmdline;
  // It is the one boot of a trial that is armed.
  bool trial = false;
  bool operator==(const NextBoot&) const = default;
};

// The kernel that comes next if nobody chooses, its initrds and its whole line. Refused where that
// cannot be known, and where only the loader can boot it (systemd-boot counts a trial's boots
// itself).
[[gnu::cold]] Result<NextBoot> next_boot(const FileReader& files, const BootFacts& boot);

// What is set to boot once before what boots by default, a sentence; "" for nothing.
[[gnu::cold]] std::string chosen_once(const FileReader& files, const GrubFile& config);

// Why the next boot would not take our arguments, or a trial that is armed now; "" where it would,
// or where that cannot be told. `carries` says whether an entry takes our arguments.
[[gnu::cold]] std::string why_not_reached(
    const FileReader& files, const GrubFile& config, bool (*carries)(const GrubEntry& entry));

// Whether an entry that does not take our arguments started the kernel that runs. False where that
// cannot be told from its command line.
[[gnu::cold]] bool another_entry_runs(const GrubConfig& config, const BootFacts& boot);

struct BlsNextLine {
  // Of the entry.
  std::string title, path;
  // What it gives the kernel, ours included.
  std::string cmdline;
};

// The entry that boots next if nobody chooses, a trial's left out: an entry's file, or the line of
// GRUB's configuration that it stands in. Refused where that cannot be
// known.
[[gnu::cold]] Result<BlsNextLine> bls_next_line(const FileReader& files, const BootFacts& boot);

// The same where entries of the Boot Loader Specification are read: another entry boots by default.
[[gnu::cold]] std::string why_bls_not_reached(
    const FileReader& files, const BootFacts& boot, const BlsMenu& menu);

// next_boot's part for entries of the Boot Loader Specification.
[[gnu::cold]] Result<NextBoot> bls_next_boot(const FileReader& files, const BootFacts& boot);

}  // namespace vfirst
