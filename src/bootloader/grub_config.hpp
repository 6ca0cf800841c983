// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A generated grub.cfg, read far enough to prove what the kernel will be given.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// a menu entry or a submenu
struct GrubItem {
  // its number in each level, from the outermost menu
  std::vector<std::size_t> place;
  std::string title, id;
  bool submenu = false;
};

// one `linux` line of a menu entry
struct GrubEntry {
  // "Advanced options for Debian>Debian, with Linux 6.1"
  std::string title;
  // the path, as GRUB has it
  std::string kernel;
  // words behind it, our variable left out
  std::vector<std::string> arguments;
  // how many of them stand in front of our variable
  std::size_t ours_at = 0;
  // their paths, as GRUB has them
  std::vector<std::string> initrds;
  // of its menu entry
  std::vector<std::size_t> place;
  // of /etc/grub.d: "10_linux"; "" outside of any
  std::string generator;
  unsigned line = 0;
  bool recovery = false;
  // has $vfirst_args as a word of its own
  bool carries = false;

  // What the kernel sees, in bytes: BOOT_IMAGE=<path>, the words above, `ours`. GRUB drops what is
  // past its limit without a word (lib/cmdline.c).
  std::size_t command_line_bytes(std::string_view ours) const;
};

struct GrubConfig {
  // the version that grub/09_vfirst writes
  static constexpr unsigned kFragment = 2;

  // never fails: what it does not know it steps over
  static GrubConfig parse(std::string_view text);

  // those of submenus too, in the file's order
  std::vector<GrubEntry> entries;
  // everything that can be chosen, in the file's order
  std::vector<GrubItem> menu;
  // what `default` is set to: "0", "1>2", "${saved_entry}"; "" never set
  std::string chosen;
  // version of our fragment before the first entry; 0: none
  unsigned fragment = 0;
  // where the fragment reads and writes its block
  bool block_on_esp = false;
  // has `blscfg`: entries live in loader/entries
  bool bls = false;

  // Why this file does not do what we need, a sentence each; empty: every normal entry of the
  // distribution's generator carries our arguments, no recovery entry does, and the fragment that
  // sets them comes first.
  std::vector<std::string> faults() const;
};

}  // namespace vfirst
