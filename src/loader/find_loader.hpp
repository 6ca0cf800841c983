// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Which boot loader reads this host's kernel arguments. It is told by evidence: what the loader of
// this boot says of itself, and what is installed. That the others are missing is no evidence.

#include "host/root.hpp"
#include "loader/boot_facts.hpp"

namespace vfirst {

// Fills loader, evidence, signs and doubt of `boot`; `boot.uefi` must be known. Works on a host, on
// an image's tree and on a capture. Where two loaders speak against each other and this boot does
// not decide, the loader is none, and `doubt` names both.
void find_loader(const Root& root, BootFacts& boot);

}  // namespace vfirst
