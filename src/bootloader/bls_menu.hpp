// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The folder of entries: which of them are this host's normal ones, and which systemd-boot takes
// when nobody chooses.

#include "bootloader/bls_entry.hpp"
#include "bootloader/bls_name.hpp"
#include "facts/facts.hpp"
#include "host/files.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// ends the id of the entry that we make for a trial
inline constexpr std::string_view kTrialMark = "-vfirst";
// in that entry: the hash of the plan
inline constexpr std::string_view kTrialKey = "x-vfirst-trial";

inline constexpr std::string_view kRescue = "is a rescue entry", kNoLinux = "boots no Linux kernel";

struct BlsItem {
  BlsName name;
  // boot/loader/entries/fedora-6.12.conf
  std::string path;
  BlsEntry entry;
  // ours, for a trial's one boot
  bool trial = false;
  // its options are $kernelopts (RHEL 8): grubenv holds them
  bool variable = false;
  // why it does not carry our arguments; "" : it does
  std::string left_alone;

  bool normal() const { return left_alone.empty() && !trial; }
};

struct BlsMenu {
  // boot/loader/entries
  std::string folder;
  // by file name
  std::vector<BlsItem> items;

  // Refused where no folder of entries is there.
  static Result<BlsMenu> read(const Files& files, const BootFacts& boot);
  // nullptr: there is none
  const BlsItem* trial() const;
  // the paths of all such, less one
  std::vector<std::string> trials(std::string_view but = {}) const;
};

// systemd-boot's own order (src/boot/boot.c, boot_entry_compare): whether `a` stands before `b`.
bool boots_before(const BlsItem& a, const BlsItem& b);
// What it boots when nobody chooses: the first that matches the pattern (loader.conf `default`; ""
// : none), else the first.
const BlsItem* default_item(const std::vector<BlsItem>& items, std::string_view pattern);

}  // namespace vfirst
