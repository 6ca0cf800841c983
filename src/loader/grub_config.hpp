// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A generated grub.cfg, read far enough to prove what the kernel will be given.

#include "kargs/arguments.hpp"
#include "loader/grub_shell.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
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
  // is quoted in the file. One may be unknown (is_unknown in grub_shell.hpp).
  std::vector<std::string> words;
  // How many of them stand in front of our variable; all, where it is not there.
  std::size_t ours_at = 0;
  // Their paths, as GRUB has them.
  std::vector<std::string> initrds;
  // Of its menu entry.
  std::vector<std::size_t> place;
  // The file that it stands in, below the root: an entry of the Boot Loader Specification; "" for
  // one of the configuration's own.
  std::string file;
  // Of /etc/grub.d: "10_linux"; "" outside of any.
  std::string generator;
  unsigned line = 0;
  // Made to repair the machine.
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

// What GRUB boots when nobody chooses.
struct GrubNext {
  // Of the menu's entry; "" where the menu is empty.
  std::string title;
  unsigned line = 0;
  // Absent: it boots no Linux.
  std::optional<GrubEntry> entry;
  // It boots Xen, which is given the kernel as a module.
  bool xen = false;
  // Why it cannot be told, a sentence; "" where it can.
  std::string doubt;
};

struct GrubConfig {
  // The version that grub/09_vfirst writes.
  static constexpr unsigned kFragment = 2;

  // Never fails: it steps over what it does not know. `machine` answers what the script asks;
  // without it nothing is known but the script.
  static GrubConfig parse(std::string_view text, const GrubMachine& machine = {});

  // Whatever any entry may boot, those of submenus and of every branch of an entry too, in the
  // menu's order, with the variables put in. Those that lie in files of their own are not here.
  std::vector<GrubEntry> entries;
  // Everything that can be chosen.
  std::vector<GrubItem> menu;
  GrubNext next;
  // GRUB's variables after the file was run; one may be unknown.
  std::map<std::string, std::string, std::less<>> variables;
  // Version of our fragment; 0: none.
  unsigned fragment = 0;
  // Where the fragment reads and writes its block.
  bool block_on_esp = false;
  // Has the command blscfg: entries live in loader/entries.
  bool bls = false;
  // Where GRUB does not understand it, a sentence; "" where it does.
  std::string syntax_fault;

  // Why this file does not do what we need, a sentence each; empty where every normal entry of the
  // distribution's generator carries our arguments, no recovery entry does, and the fragment that
  // sets them is there.
  std::vector<std::string> faults() const;
};

// It has nothing of its own and hands over to another file, as the one on Debian's EFI system
// partition does (grub-install writes it).
bool only_leads_on(std::string_view grub_cfg);
// Has the command blscfg.
bool reads_bls_entries(std::string_view grub_cfg);

}  // namespace vfirst
