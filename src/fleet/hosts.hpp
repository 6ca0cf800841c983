// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Work on many hosts at once: finds them, and calls a function for each, on all cores.

#include "facts/facts.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace vfirst {

struct HostFile {
  // "r760" for r760.json.
  std::string host;
  std::filesystem::path path;
};

// The documents, tars and trees of a directory, sorted by host. Other files are ignored. Refused:
// two for one host, or none at all.
Result<std::vector<HostFile>> hosts_in(const std::filesystem::path& directory);

struct HostWork {
  // The value of --kernel.
  std::string kernel;
  // 0: one for each CPU that this process may use.
  unsigned threads = 0;
  // Called a few times a second, in the caller's own thread.
  std::function<void(std::size_t done)> progress = {};
};

// Calls `work(index, facts)` once for each host, from several threads at a time; each thread holds
// the facts of one host. An error of `work` stops everything and is returned: it is the caller's
// own, such as a full disk. A host that cannot be read is not an error here: `facts` then says why.
Status for_each_host(
    const std::vector<HostFile>& hosts, const HostWork& how,
    const std::function<Status(std::size_t index, Result<Facts> facts)>& work);

}  // namespace vfirst
