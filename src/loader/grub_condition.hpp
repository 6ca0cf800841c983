// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// GRUB's commands "[" and "test" (grub-core/commands/test.c).

#include "loader/grub_shell.hpp"

#include <functional>
#include <string>
#include <vector>

namespace vfirst {

// Whether a file is there, by the name that the script gives it.
using GrubFileLookup = std::function<GrubMachine::File(const std::string& path)>;

// `words` are those behind the command's name. Unknown where it depends on a value that is unknown.
GrubAnswer grub_test(std::vector<std::string> words, const GrubFileLookup& file);

// A number as GRUB reads it (grub_strtoull in kern/misc.c): digits up to the first other byte, 0x
// and 0 in front as in C. Absent where there is no digit.
std::optional<unsigned long long> grub_number(std::string_view text);

}  // namespace vfirst
