// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// In which order GRUB's command blscfg has the files of its folder: the newest first. There are two
// such commands with orders of their own.

#include <string_view>

namespace vfirst {

// Below 0 where `a` is the older one, 0 where they are equal, above 0 where `a` is the newer one.

// Of Fedora's and RHEL's GRUB: names without ".conf", each split into a package's name, version and
// release (bls_cmp in rhboot/grub2, grub-core/commands/blscfg.c).
int compare_package_names(std::string_view a, std::string_view b);
// Of GRUB 2.14's own command: whole names of files, as `sort -V` has them (blsuki_add_entry in
// grub-core/commands/blsuki.c; filevercmp of gnulib).
int compare_file_names(std::string_view a, std::string_view b);

}  // namespace vfirst
