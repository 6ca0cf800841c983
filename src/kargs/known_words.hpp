// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The words that a kernel knows. It passes the others to init, unless they have a dot (init/main.c,
// unknown_bootoption).

#include "kargs/command_line.hpp"

#include <span>
#include <string_view>

namespace vfirst {

bool known_to_kernel(const KernelArg& arg, std::string_view architecture);
// x86 looks for the word in the text of the line before it parses arguments (cmdline_find_option in
// arch/x86/lib/cmdline.c). The kernel hands it to init all the same, unless it knows it as well.
bool found_early(const KernelArg& arg, std::string_view architecture);
// Whether a kernel of this release has the words of these lists and no others: an unpatched one of
// Linux 6.1 to 6.12. Those of other distributions know more words, and newer ones too.
bool has_listed_words(std::string_view release);
// A word that the kernel does not know but that init, dracut or an installer reads in the line.
bool meant_for_init(const KernelArg& arg);

}  // namespace vfirst
