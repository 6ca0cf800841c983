// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A generated grub.cfg, read far enough to prove what the kernel will be given.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct GrubItem {                                                 // a menu entry or a submenu
  std::vector<std::size_t> place;                                 // its number in each level, from the outermost menu
  std::string title, id;
  bool submenu = false;
};

struct GrubEntry {                                                // one `linux` line of a menu entry
  std::string title;                                              // "Advanced options for Debian>Debian, with Linux 6.1"
  std::string kernel;                                             // the path, as GRUB has it
  std::vector<std::string> arguments;                             // words behind it, our variable left out
  std::size_t ours_at = 0;                                        // how many of them stand in front of our variable
  std::vector<std::string> initrds;                               // their paths, as GRUB has them
  std::vector<std::size_t> place;                                 // of its menu entry
  std::string generator;                                          // of /etc/grub.d: "10_linux"; "" outside of any
  unsigned line = 0;
  bool recovery = false;
  bool carries = false;                                           // has $vfirst_args as a word of its own

  // What the kernel sees, in bytes: BOOT_IMAGE=<path>, the words above, `ours`. GRUB drops what is past its limit
  // without a word (lib/cmdline.c).
  std::size_t command_line_bytes(std::string_view ours) const;
};

struct GrubConfig {
  static constexpr unsigned kFragment = 2;                        // the version that grub/09_vfirst writes

  static GrubConfig parse(std::string_view text);                 // never fails: what it does not know it steps over

  std::vector<GrubEntry> entries;                                 // those of submenus too, in the file's order
  std::vector<GrubItem> menu;                                     // everything that can be chosen, in the file's order
  std::string chosen;                                             // what `default` is set to: "0", "1>2", "${saved_entry}"; "" never set
  unsigned fragment = 0;                                          // version of our fragment before the first entry; 0: none
  bool block_on_esp = false;                                      // where the fragment reads and writes its block
  bool bls = false;                                               // has `blscfg`: entries live in loader/entries

  // Why this file does not do what we need, a sentence each; empty: every normal entry of the distribution's generator
  // carries our arguments, no recovery entry does, and the fragment that sets them comes first.
  std::vector<std::string> faults() const;
};

}  // namespace vfirst
