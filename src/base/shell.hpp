// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A word as a POSIX shell has to be told it.

#include <string>
#include <string_view>

namespace vfirst {

// in single quotes where it has to be, bare where not
std::string shell_word(std::string_view text);

}  // namespace vfirst
