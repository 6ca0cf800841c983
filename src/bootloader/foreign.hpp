// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Words of the kernel command line that somebody else wrote: the lines of etc/default/grub that
// they come from, and how they come into our hands.

#include "bootloader/backend.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// in place of a plan's hash, in the slot that an adoption writes
inline constexpr std::string_view kAdopted = "adopted";

// Every assignment of GRUB_CMDLINE_LINUX or GRUB_CMDLINE_LINUX_DEFAULT in which the word stands as
// it is, in the order in which grub-mkconfig reads the files.
std::vector<ForeignSource> foreign_sources(const Files& files, std::string_view word);
// The text of such a file without the word in those assignments; everything else byte for byte.
std::string without_word(std::string_view text, std::string_view word);

// Moves the words out of etc/default/grub and its drop-ins into our good slot, in front of what is
// there, and makes grub.cfg anew: the kernel is given the same words as before, and `remove` gives
// the files their bytes back. At every point between the kernel sees each word at least once, so a
// power cut changes nothing for it, and the next call finishes, whatever words it is given. Refused
// where a word stands in grub.cfg and in no such file.
Result<Adoption> adopt(
    Files& files, const Root& root, const BootFacts& boot, std::vector<std::string> words,
    const RunProcess& run = {});

}  // namespace vfirst
