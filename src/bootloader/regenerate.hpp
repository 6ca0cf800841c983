// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// grub.cfg: where it is, whether it carries our variable, and the one time that it is made anew.

#include "bootloader/apply.hpp"
#include "bootloader/grub_config.hpp"
#include "host/files.hpp"
#include "host/process.hpp"
#include "host/root.hpp"

#include <string>

namespace vfirst {

struct GrubFile {
  // boot/grub/grub.cfg
  std::string path;
  std::string text;
  GrubConfig config;
};

Result<GrubFile> read_grub_config(const Files& files);
// Why this grub.cfg does not do what we need, the block's place (environment_path) included; empty:
// it does.
std::vector<std::string> faults(const GrubFile& config, std::string_view block);
// Refuses where grub-mkconfig would not help or must not be run from here. `why`: the fault that
// asks for it.
Status can_regenerate(
    const Files& files, const Root& root, const GrubFile& now, const std::string& why);
// What grub-mkconfig makes of this host today, checked by grub-script-check and proved to carry our
// variable. Writes nothing.
Result<GrubFile> generate(const GrubFile& now, const RunProcess& run, std::string_view block);

// Every entry that would carry `ours` stays within `limit` bytes, and its kernel would come up with
// the whole line; else a refusal that names the entry.
Status fits(
    const GrubConfig& config, std::string_view ours, std::size_t limit,
    const ProveLine& prove = {});

}  // namespace vfirst
