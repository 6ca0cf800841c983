// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A machine to take home: the files that read_facts reads, links as links, so that a plan made from
// the unpacked archive is the plan made on the machine.

#include "facts/read.hpp"

namespace vfirst {

// Writes a tar archive to `fd` and returns the facts that it holds. Serial numbers and MAC
// addresses are in it.
Result<Facts> capture(const Root& root, int fd, const ReadOptions& options = {});

}  // namespace vfirst
