// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Many hosts at once: which there are, and one piece of work for each of them, on all cores.

#include "facts/facts.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace vfirst {

struct HostFile {
  // "r760" of r760.json
  std::string host;
  std::filesystem::path path;
};

// The documents, tars and trees of a directory, by host; everything else in it is passed over.
// Refused: two for one host, or none.
Result<std::vector<HostFile>> hosts_in(const std::filesystem::path& directory);

struct HostWork {
  // --kernel
  std::string kernel;
  // 0: one for each CPU that this process may use
  unsigned threads = 0;
  // a few times a second, from the caller's own thread
  std::function<void(std::size_t done)> progress = {};
};

// Calls `work(index, facts)` once for each host, from several threads at a time; each holds one
// host's facts. Stops early and returns its error where `work` fails: that is the caller's disk,
// not a host.
Status for_each_host(
    const std::vector<HostFile>& hosts, const HostWork& how,
    const std::function<Status(std::size_t index, Result<Facts> facts)>& work);

}  // namespace vfirst
