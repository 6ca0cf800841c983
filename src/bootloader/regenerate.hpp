// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// grub.cfg: where it is, whether it carries our variable, and the one time that it is made anew.

#include "bootloader/grub_config.hpp"
#include "bootloader/journal.hpp"
#include "host/files.hpp"
#include "host/process.hpp"
#include "host/root.hpp"

#include <string>

namespace vfirst {

struct GrubFile {
  std::string path;                                               // boot/grub/grub.cfg
  std::string text;
  GrubConfig config;
};

Result<GrubFile> read_grub_config(const Files& files);
// Refuses where grub-mkconfig would not help or must not be run from here.
Status can_regenerate(const Files& files, const Root& root, const GrubFile& now);
// What grub-mkconfig makes of this host today, checked by grub-script-check and proved to carry our variable. Writes nothing.
Result<GrubFile> generate(const GrubFile& now, const RunProcess& run);
// In place of the old one, which is kept in boot/vfirst and named in the journal.
Status install(Files& files, const GrubFile& now, const GrubFile& made, Journal& journal);
Status write_journal(Files& files, const Journal& journal);       // only if it changed

// Every entry that would carry `ours` stays within `limit` bytes; else a refusal that names the entry.
Status fits(const GrubConfig& config, std::string_view ours, std::size_t limit);

}  // namespace vfirst
