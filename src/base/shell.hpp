// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A word as it has to be written for a POSIX shell.

#include <string>
#include <string_view>

namespace vfirst {

// In single quotes where the shell would take it for something else, bare otherwise.
std::string shell_word(std::string_view text);

}  // namespace vfirst
