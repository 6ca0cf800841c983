// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The folder of entries: which of them are this host's normal ones, and which systemd-boot takes
// when nobody chooses.

#include "base/version_order.hpp"
#include "host/files.hpp"
#include "loader/bls_entry.hpp"
#include "loader/bls_name.hpp"
#include "loader/bls_partition.hpp"
#include "loader/boot_facts.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// Ends the id of the entry that we make for a trial.
inline constexpr std::string_view kTrialMark = "-vfirst";
// In that entry: the hash of the plan.
inline constexpr std::string_view kTrialKey = "x-vfirst-trial";

inline constexpr std::string_view kRescue = "is a rescue entry", kNoLinux = "boots no Linux kernel";

struct BlsItem {
  BlsName name;
  // boot/loader/entries/fedora-6.12.conf.
  std::string path;
  BlsEntry entry;
  // Ours, for a trial's one boot.
  bool trial = false;
  // Its options are $kernelopts (RHEL 8): grubenv holds them.
  bool variable = false;
  // Why it does not carry our arguments; "" where it does.
  std::string left_alone;
  // systemd-boot does not take it into its menu: it is for another architecture, or the partition
  // lacks its kernel.
  bool passed_over = false;

  bool normal() const { return left_alone.empty() && !trial; }
  // "boot/efi".
  std::string_view partition() const;
};

// How an entry is called where a pattern selects it and where it is put into order. Releases of
// systemd-boot differ: its id had the counter of boots until the stable releases of September 2025,
// and some that leave the counter out leave the case as it is there (src/boot/boot.c,
// boot_entry_parse_tries).
enum class BlsIdRule { plain, with_counter, as_it_is };
inline constexpr std::array kBlsIdRules{
    BlsIdRule::plain, BlsIdRule::with_counter, BlsIdRule::as_it_is};
std::string bls_id(const BlsName& name, BlsIdRule rule);

struct BlsMenu {
  // boot/loader/entries: the first one that has entries.
  std::string folder;
  // All that have some: the EFI system partition's and XBOOTLDR's.
  std::vector<std::string> folders;
  // Where loader.conf is looked for: on the EFI system partition alone.
  std::string config;
  // By folder, then by file name; never empty.
  std::vector<BlsItem> items;
  // What stands among the entries in systemd-boot's menu, and is not read.
  std::vector<BlsImage> images;
  // What is named like an entry and is none, a line each.
  std::vector<std::string> notes;

  // Refused where no folder has entries.
  static Result<BlsMenu> read(const FileReader& files, const BootFacts& boot);
  // nullptr where there is none.
  const BlsItem* trial() const;
  // The paths of all such entries, except one.
  std::vector<std::string> trials(std::string_view except = {}) const;
};

// systemd-boot's own order (src/boot/boot.c, boot_entry_compare): whether `a` stands before `b`.
bool boots_before(const BlsItem& a, const BlsItem& b, BlsIdRule rule = BlsIdRule::plain);
// The first of the items that matches the pattern; nullptr where none does.
const BlsItem* matching_item(
    const std::vector<BlsItem>& items, std::string_view pattern, BlsIdRule rule = BlsIdRule::plain);
// What systemd-boot takes when nobody chooses: the first item that matches the pattern (`default`
// of loader.conf; "" for none), else the first. nullptr where no item can be booted.
const BlsItem* default_item(
    const std::vector<BlsItem>& items, std::string_view pattern, BlsIdRule rule = BlsIdRule::plain);

}  // namespace vfirst
