// SPDX-License-Identifier: GPL-2.0-or-later
// What the cache of ZFS (ARC) may grow to.
#include "base/text.hpp"
#include "facts/config_files.hpp"
#include "facts/readers.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {

// "c_max    4    66571993088" in bytes: set, or what ZFS takes by default.
std::optional<std::uint64_t> running(const Root& root) {
  const auto text = root.read("proc/spl/kstat/zfs/arcstats");
  if (!text) return std::nullopt;
  for (const auto line : split(*text, '\n'))
    if (const auto fields = words(line); fields.size() == 3 && fields[0] == "c_max")
      return parse_number(fields[2]);
  return std::nullopt;
}

// "options zfs zfs_arc_max=8589934592" in modprobe.d, which the next boot follows; the last one.
std::optional<std::uint64_t> configured(const Root& root) {
  std::optional<std::uint64_t> out;
  const std::vector<std::string> folders(std::begin(kModprobeFolders), std::end(kModprobeFolders));
  for (const auto& file : config_files(root, folders, ".conf")) {
    const auto text = root.read(file.path).value_or("");
    for (const auto line : split(text, '\n')) {
      const auto fields = words(line);
      if (fields.size() < 3 || fields[0] != "options" || fields[1] != "zfs") continue;
      constexpr std::string_view kKey = "zfs_arc_max=";
      for (const auto field : fields)
        if (field.starts_with(kKey))
          if (const auto bytes = parse_number(field.substr(kKey.size())); bytes && *bytes)
            out = bytes;
    }
  }
  return out;
}

}  // namespace

void read_zfs(const Root& root, const std::vector<Mount>& mounts, MemoryFacts& memory) {
  auto bytes = running(root);
  const bool mounted = std::ranges::any_of(mounts, [](const Mount& m) { return m.type == "zfs"; });
  if (!bytes && !mounted) return;
  if (const auto set = configured(root)) bytes = set;
  // arc_default_max of OpenZFS up to 2.2 on Linux: half of the memory.
  memory.zfs_arc_kb = bytes ? *bytes >> 10 : memory.total_kb / 2;
}

}  // namespace vfirst::facts
