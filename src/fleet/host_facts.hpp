// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The facts of another host, read from a file: a facts document, Ironic's inspection data, a tar of
// `vfirst capture` or hwloc-gather-topology, or such a tar unpacked.

#include "facts/facts.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace vfirst {

// "r760" for r760.json, r760.tar, r760.tar.gz and so on; nothing for any other name.
std::optional<std::string> host_of_file(std::string_view name);
// The directory that contains sys/: this one, or one directly below it, as hwloc-gather-topology
// packs them. Nothing where there is none.
std::optional<std::filesystem::path> tree_in(const std::filesystem::path& directory);

// Finds out by itself what kind of file it is. The program tar unpacks a tar into a temporary
// directory, which is removed afterwards. `kernel` is --kernel. May be called from several threads.
Result<Facts> host_facts(const std::filesystem::path& path, const std::string& kernel);

}  // namespace vfirst
