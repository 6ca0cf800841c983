// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// When nothing may be touched in this boot.

#include "host/own_paths.hpp"
#include "host/root.hpp"

#include <optional>
#include <string>

namespace vfirst {

// The reason ("rd.vfirst=0 on the kernel command line"), or nothing: go on. `fingerprint`: of the
// facts of this machine; a record of another one beside our boot loader files says that this disk
// was set up for another machine.
std::optional<std::string> closed_gate(const Root& root, const std::string& fingerprint);

}  // namespace vfirst
