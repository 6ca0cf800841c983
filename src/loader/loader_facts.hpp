// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the boot loader's files say about kernel arguments, as facts.

#include "host/root.hpp"
#include "loader/boot_facts.hpp"

namespace vfirst {

// Fills BootFacts::own_arguments, BootFacts::next and BootFacts::sources, for the loader and the
// command line that `boot` has. A loader whose files cannot be read leaves them empty: `apply` and
// `status` say so, and the devices are planned without it.
void read_loader_arguments(const Root& root, BootFacts& boot);

}  // namespace vfirst
