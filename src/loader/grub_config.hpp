// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A generated grub.cfg, read far enough to prove what the kernel will be given.

#include "kargs/arguments.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// A menu entry or a submenu.
struct GrubItem {
  // Its number in each level, from the outermost menu.
  std::vector<std::size_t> place;
  std::string title, id;
  bool submenu = false;
};

// One `linux` line of a menu entry.
struct GrubEntry {
  // "Advanced options for Debian>Debian, with Linux 6.1".
  std::string title;
  // The path, as GRUB has it.
  std::string kernel;
  // The words behind it as GRUB reads them, our variable left out. A word may hold blanks: one that
  // is quoted in the file.
  std::vector<std::string> words;
  // How many of them stand in front of our variable; all, where it is not there.
  std::size_t ours_at = 0;
  // Their paths, as GRUB has them.
  std::vector<std::string> initrds;
  // Of its menu entry.
  std::vector<std::size_t> place;
  // Of /etc/grub.d: "10_linux"; "" outside of any.
  std::string generator;
  unsigned line = 0;
  // Made to repair the host.
  bool recovery = false;
  // Has $vfirst_args as a word of its own.
  bool carries = false;

  // What the kernel gets: BOOT_IMAGE=<path>, the words above as GRUB spells them, and `ours` where
  // our variable stands. GRUB drops what is past its limit without a word (lib/cmdline.c).
  std::string command_line(const Arguments& ours) const;
  // Whether this argument is among the words.
  bool has(const KernelArg& argument) const;
  // A word `--` stands in front of the place of ours: the kernel reads none of them (parse_args in
  // kernel/params.c stops there).
  bool ends_before_ours() const;
};

struct GrubConfig {
  // The version that grub/09_vfirst writes.
  static constexpr unsigned kFragment = 2;

  // Never fails: it steps over what it does not know.
  static GrubConfig parse(std::string_view text);

  // Those of submenus too, in the file's order.
  std::vector<GrubEntry> entries;
  // Everything that can be chosen, in the file's order.
  std::vector<GrubItem> menu;
  // What `default` is set to: "0", "1>2", "${saved_entry}"; "" never set.
  std::string chosen;
  // Version of our fragment before the first entry; 0: none.
  unsigned fragment = 0;
  // Where the fragment reads and writes its block.
  bool block_on_esp = false;
  // Has the command blscfg: entries live in loader/entries.
  bool bls = false;
  // Has the command configfile outside of the entries.
  bool leads_on = false;

  // It has nothing of its own and hands over to another file, as the one on Debian's EFI system
  // partition does (grub-install writes it).
  bool only_leads_on() const { return leads_on && menu.empty() && !bls; }

  // Why this file does not do what we need, a sentence each; empty where every normal entry of the
  // distribution's generator carries our arguments, no recovery entry does, and the fragment that
  // sets them comes first.
  std::vector<std::string> faults() const;
};

}  // namespace vfirst
