// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Why the entries of a grub.cfg that grub-mkconfig made anew do not carry our variable.

#include "host/files.hpp"
#include "loader/grub_file.hpp"

#include <string>

namespace vfirst {

// The cause and its place, one sentence; "" where it is not known. `made` must have a fault.
std::string why_variable_is_missing(const FileReader& files, const GrubFile& made);

}  // namespace vfirst
