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

// arc_default_max on Linux: half of the memory; since OpenZFS 2.3 all but 1 GiB, or 5 of 8 parts.
std::uint64_t default_kb(const Root& root, std::uint64_t total_kb) {
  constexpr std::uint64_t kGibKb = 1 << 20;
  const auto parts = split(text_of(root, "sys/module/zfs/version"), '.');
  const auto major = parts.empty() ? std::nullopt : parse_number(parts[0]);
  const auto minor = parts.size() < 2 ? std::nullopt : parse_number(parts[1]);
  if (!major || !minor || *major < 2 || (*major == 2 && *minor < 3)) return total_kb / 2;
  return std::max(total_kb / 8 * 5, total_kb > kGibKb ? total_kb - kGibKb : 0);
}

}  // namespace

void read_zfs(const Root& root, const std::vector<Mount>& mounts, MemoryFacts& memory) {
  auto bytes = running(root);
  const bool mounted = std::ranges::any_of(mounts, [](const Mount& m) { return m.type == "zfs"; });
  if (!bytes && !mounted) return;
  if (const auto set = configured(root)) bytes = set;
  memory.zfs_arc_kb = bytes ? *bytes >> 10 : default_kb(root, memory.total_kb);
}

}  // namespace vfirst::facts
