// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Which entry systemd-boot takes when nobody chooses, as this host is set up.

#include "loader/bls_menu.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vfirst {

// A pattern that selects entries, and where it stands.
struct EntryPattern {
  std::string pattern, place;
  // It selects no entry whose boots are used up. Releases of systemd-boot before 258 do not read
  // it.
  bool preferred = false;
};

// Those that are set, in EFI variables and loader.conf. The first one that selects an entry counts
// (src/boot/boot.c, config_select_default_entry). Where none is set: one that selects nothing.
std::vector<EntryPattern> entry_patterns(const FileReader& files, const BlsMenu& menu);

// The entry that boots when nobody chooses, a trial's left out. Refused where that cannot be known.
Result<const BlsItem*> default_entry(const FileReader& files, const BlsMenu& menu);
// The same; refused where vfirst does not write that entry, too.
Result<const BlsItem*> bls_default(const FileReader& files, const BlsMenu& menu);

// What is to boot next, once (bootctl set-oneshot); "" for nothing.
std::string bls_one_shot(const FileReader& files);
// The release of systemd-boot that booted this host, "257"; nothing where that is not known.
std::optional<unsigned> systemd_boot_release(const FileReader& files);

}  // namespace vfirst
