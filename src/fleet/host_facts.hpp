// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A host that is not here, from what somebody brought of it: a facts document, Ironic's inspection,
// a tar of `vfirst capture` or hwloc-gather-topology, or such a tree unpacked.

#include "facts/facts.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace vfirst {

// "r760" of r760.json, r760.tar, r760.tar.gz ...; nothing where it is no such name.
std::optional<std::string> host_of_file(std::string_view name);
// The directory that holds sys/: this one or one below it, as hwloc-gather-topology packs them.
// Nothing where there is none.
std::optional<std::filesystem::path> tree_in(const std::filesystem::path& directory);

// Says which of them it is by itself. A tar is unpacked, by the program tar, into a directory of
// its own that is gone at the end. `kernel` is --kernel. May be called from several threads.
Result<Facts> host_facts(const std::filesystem::path& path, const std::string& kernel);

}  // namespace vfirst
