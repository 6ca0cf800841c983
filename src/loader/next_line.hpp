// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The kernel's command line at the next boot, as far as others write it: what findings, `simulate`
// and the length check start from.

#include "host/root.hpp"
#include "loader/boot_facts.hpp"

namespace vfirst {

// For the loader that `boot` has. BootFacts::own_arguments must be known.
NextLine read_next_line(const Root& root, const BootFacts& boot);

// A line without what vfirst wrote to the loader. Ours stand together: an equal argument elsewhere
// is somebody else's. The longest of `own` comes first.
std::string without_own(std::string_view line, const std::vector<std::string>& own);

}  // namespace vfirst
