// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Which entry systemd-boot takes when nobody chooses, as this host is set up.

#include "loader/bls_menu.hpp"

#include <string>
#include <vector>

namespace vfirst {

// A pattern that selects entries, and where it stands.
struct EntryPattern {
  std::string pattern, place;
};

// Those that are set, in EFI variables and loader.conf. Which of them wins differs between releases
// of systemd-boot (`preferred` came with 258). Where none is set: one that selects nothing.
std::vector<EntryPattern> entry_patterns(const FileReader& files, const BlsMenu& menu);

// The entry that boots when nobody chooses. Refused where that cannot be known, and where vfirst
// does not write that entry.
Result<const BlsItem*> bls_default(const FileReader& files, const BlsMenu& menu);

// What is to boot next, once (bootctl set-oneshot); "" for nothing.
std::string bls_one_shot(const FileReader& files);

}  // namespace vfirst
