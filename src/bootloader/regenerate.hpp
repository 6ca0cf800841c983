// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The one time that grub.cfg is made anew, because it does not carry our variable.

#include "bootloader/apply.hpp"
#include "host/process.hpp"
#include "host/root.hpp"
#include "loader/grub_file.hpp"

#include <string>

namespace vfirst {

// `run`, or what starts a process of this host where it is unset.
RunProcess run_or_host(const RunProcess& run);

// Refuses where grub-mkconfig would not help or must not be run from here. `why`: the fault that
// asks for it.
Status can_regenerate(
    const Files& files, const Root& root, const GrubFile& old, const std::string& why);

// What grub-mkconfig makes of this host today, checked by grub-script-check and proved to carry our
// variable. Writes nothing.
Result<GrubFile> generate(
    const FileReader& files, const GrubFile& old, const RunProcess& run, std::string_view block);

// Every entry that would carry `ours` stays within `limit` bytes, none ends before ours (`--`), and
// its kernel would come up with the whole line; else a refusal that names the entry.
Status fits(
    const FileReader& files, const GrubFile& file, const Arguments& ours, std::size_t limit,
    const ProveLine& prove = {});

}  // namespace vfirst
