// SPDX-License-Identifier: GPL-2.0-or-later
// The cache of ZFS (ARC) against hugepages: both want the same memory.
#include "base/text.hpp"
#include "plan/draft.hpp"

#include <algorithm>

namespace vfirst {

namespace {

constexpr double kGibInKb = 1 << 20;

// What the next line or the policy says: zfs.zfs_arc_max in bytes.
std::optional<std::uint64_t> arc_in_line(const Draft& draft) {
  std::optional<std::uint64_t> out;
  const auto look = [&](const std::vector<KernelArg>& arguments) {
    for (const auto& arg : arguments)
      if (arg.is("zfs.zfs_arc_max") && arg.value)
        if (const auto bytes = parse_number(*arg.value); bytes && *bytes) out = *bytes >> 10;
  };
  look(draft.foreign_arguments().args());
  look(draft.plan.arguments().list());
  return out;
}

}  // namespace

void zfs_findings(Draft& draft) {
  if (draft.plan.hugepages.empty() || !draft.facts.memory.zfs_arc_kb) return;
  const auto arc = arc_in_line(draft).value_or(*draft.facts.memory.zfs_arc_kb);
  std::uint64_t total = 0, pages = 0, kept = 0;
  for (const auto& node : draft.nodes())
    if (node.at_boot) total += node.total_kb;
  for (const auto& planned : draft.plan.hugepages)
    pages += planned.pages * planned.size_kb;
  for (const auto& part : draft.next.memory.crash)
    kept += part.kb;
  const auto left = total > pages + kept ? total - pages - kept : 0;
  // Half of what is left, as ZFS itself takes half of the memory that it sees.
  if (arc <= left / 2) return;
  constexpr std::uint64_t kMebibyteKb = 1 << 10;
  const auto fitting = std::max<std::uint64_t>(left / 2 / kMebibyteKb, 64) * kMebibyteKb << 10;
  draft.add_finding(
      Severity::warning, "zfs-arc", Subject::argument("zfs.zfs_arc_max"),
      fmt::format(
          "the cache of ZFS (ARC) may grow to {:.1f}G, and {:.1f}G of hugepages leave the host "
          "{:.1f}G: set zfs.zfs_arc_max={} in [kernel] extra, or zfs_arc_max in /etc/modprobe.d, "
          "or plan fewer pages",
          static_cast<double>(arc) / kGibInKb, static_cast<double>(pages) / kGibInKb,
          static_cast<double>(left) / kGibInKb, fitting),
      {}, {Subject::argument("hugepages")});
}

}  // namespace vfirst
