// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The files that vfirst changes in a boot loader's place, and no others. Its records (the journal,
// the state of an entry loader) lie in the tree that they are about, and whoever made that tree
// made them, too. What they name is written and removed as root, so a record that names anything
// else is refused.

#include "host/files.hpp"

#include <string>
#include <string_view>

namespace vfirst {

struct Journal;
struct BlsState;

// With GRUB: the slots, the environment block, grub.cfg, etc/default/grub and the files in
// etc/default/grub.d. With proxmox-boot-tool also etc/kernel/cmdline.
bool is_grub_file(std::string_view path);
// With an entry loader: the entries, etc/kernel/cmdline, and custom.cfg beside GRUB's
// configuration.
bool is_entry_file(std::string_view path);

// Where the bytes of a file of GRUB's are kept that stood there before us: in kBefore, with '-' for
// each '/' of its path.
std::string kept_name(std::string path);
// The same for an entry loader, under the entry's own name.
std::string kept_entry_name(std::string_view path);

// Refused where the record names a file, or a copy, that vfirst does not write.
Status check_paths(const Journal& journal);
Status check_paths(const BlsState& state);
// Both records of a tree, as far as they are there and can be read.
Status check_records(const Files& files);

}  // namespace vfirst
