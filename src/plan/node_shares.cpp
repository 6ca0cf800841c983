// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/node_shares.hpp"

#include "base/words.hpp"
#include "kargs/boot_memory.hpp"
#include "kargs/module_values.hpp"

#include <algorithm>

namespace vfirst {

namespace {

constexpr std::uint64_t kQuantumKb = 256 << 10;
// Rings, IOMMU page tables and firmware mailboxes of one VF, and of its PF: an allowance, on the
// safe side of what ice and mlx5 take per function with default rings.
constexpr std::uint64_t kLargeKb = 512 << 10;
constexpr std::uint64_t kPerVfKb = 2 << 10, kPerPfKb = 64 << 10;

bool says(const CommandLine& line, std::string_view key, std::string_view value) {
  const auto* arg = line.last(key);
  return arg && arg->value == value;
}

// hugetlb_free_vmemmap (HVO) gives the page structs of a hugepage back, all but the first page of
// them (mm/hugetlb_vmemmap.c, HUGETLB_VMEMMAP_RESERVE_SIZE).
bool frees_page_structs(const Draft& draft) {
  if (value_or(draft.policy.hugepages.free_page_structs, false)) return true;
  const auto& extra = draft.policy.kernel.extra;
  if (extra && says(CommandLine::parse(extra->value), "hugetlb_free_vmemmap", "on")) return true;
  const auto config = draft.kernel.config.find("CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP_DEFAULT_ON");
  return config != draft.kernel.config.end() && config->second == "y";
}

// How much of the page structs of one hugepage comes back, in KiB.
std::uint64_t freed_kb(std::uint64_t size_kb, std::uint64_t page_kb) {
  const auto structs = size_kb / page_kb * 64 / 1024;
  return structs > page_kb ? structs - page_kb : 0;
}

// What this boot's hugepages gave back is in the node's MemTotal, and the next boot's plan must not
// count on it once more.
std::uint64_t given_back_kb(const Draft& draft, const NumaNode& node) {
  const auto line = CommandLine::parse(draft.facts.boot.cmdline);
  const auto* arg = line.last("hugetlb_free_vmemmap");
  if (!arg || module_truth(arg->value.value_or("")) != true) return 0;
  std::uint64_t sum = 0;
  for (const auto& pool : node.pools)
    sum += pool.pages * freed_kb(pool.size_kb, draft.facts.memory.page_kb);
  return std::min(sum, node.total_kb);
}

// What the node's page structs cost in KiB, 64 bytes a page. MemTotal of a running kernel lacks
// them already, a capture's or an inventory's total may not: charged always, which errs to the
// host's side by 1.5 %. With HVO those of the hugepages come back but for one page: of a 1G page 4K
// of 16M remain, which counts as nothing, of a 2M page an eighth.
std::uint64_t page_structs_kb(const Draft& draft, std::uint64_t total_kb) {
  const auto page_kb = draft.page_kb();
  const auto all = total_kb / (page_kb * 1024) * 64;
  const auto& size = draft.policy.hugepages.size;
  if (!size || !frees_page_structs(draft)) return all;
  const auto of_one = size->value.kb() / page_kb * 64 / 1024;
  if (of_one >= 256 * page_kb) return 0;
  return of_one > page_kb ? all * page_kb / of_one : all;
}

// An eighth of the node, at least 1G and at most 4G.
std::uint64_t default_reserve_kb(std::uint64_t total_kb) {
  return std::clamp(total_kb / 8, kGigabyteKb, 4 * kGigabyteKb);
}

// The kernel reads the counts before this memory is there, and one node that is not online makes it
// drop them all (mm/hugetlb.c, hugepages_setup).
void skipped_node(Draft& draft, const NumaNode& node) {
  if (!node.at_boot)
    draft.add_finding(
        Severity::note, "hugepages-late-node", Subject::node(node.id),
        fmt::format(
            "node {}: its memory comes after the kernel has read its arguments, or is only "
            "movable, "
            "so no hugepages are planned on it; reserve them once the host runs",
            node.id));
  else if (node.slow && !draft.policy.hugepages.nodes.contains(node.id))
    draft.add_finding(
        Severity::note, "hugepages-slow-node", Subject::node(node.id),
        fmt::format(
            "node {}: its memory is slower than that of the nodes with CPUs, so no hugepages are "
            "planned on it unless the policy says node{} =",
            node.id, node.id));
  else if (node.late_kb)
    draft.add_finding(
        Severity::note, "hugepages-late-memory", Subject::node(node.id),
        fmt::format(
            "node {}: {}M of its memory come after the kernel has read its arguments, and count "
            "for nothing here; reserve hugepages of it once the host runs",
            node.id, node.late_kb >> 10));
}

// A PF without a node, or on one that gives no pages, counts against the first one that does.
void charge_drivers(const Draft& draft, std::vector<Share>& shares) {
  if (shares.empty()) return;
  for (const auto& pf : draft.pfs) {
    const auto own = std::ranges::find_if(shares, [&](const Share& share) {
      return static_cast<int>(share.budget.node) == pf.function->node;
    });
    (own == shares.end() ? shares.front() : *own).budget.drivers += kPerPfKb + pf.vfs * kPerVfKb;
  }
}

// Each part counts against the node that the kernel takes it from.
void charge_crash_kernel(Draft& draft, std::vector<Share>& shares) {
  const auto& memory = draft.next.memory;
  std::string parts;
  std::vector<Subject> nodes;
  for (const auto& part : memory.crash) {
    const auto home = std::ranges::find_if(
        shares, [&](const Share& share) { return share.budget.node == part.node; });
    if (home == shares.end()) continue;
    auto& b = home->budget;
    b.crashkernel += part.kb;
    if (b.frames_known) b.frames_lost += (part.kb + kGigabyteKb - 1) / kGigabyteKb;
    append_to_list(
        parts, fmt::format(
                   "{}M{} count against node {}", part.kb >> 10,
                   parts.empty() ? " of crashkernel" : "", part.node));
    nodes.push_back(Subject::node(part.node));
  }
  if (nodes.empty() || shares.size() < 2) return;
  draft.add_finding(
      Severity::note, "crashkernel-node", Subject::argument("crashkernel"),
      fmt::format(
          "the {}, where the kernel {}{}", parts,
          draft.next.crash_seen ? "put them in this boot" : "usually puts them",
          memory.crash_unsure
              ? "; they may not fit below 4G, so they count where they would go in either case"
              : ""),
      {}, std::move(nodes));
}

// Of pages as large as 512M or more, only whole frames of that size can become pages.
std::optional<std::uint64_t> whole_frames_of(const NumaNode& node, const HugepagePolicy& wish) {
  if (!wish.size) return std::nullopt;
  const auto kb = wish.size->value.kb();
  if (kb == kGigabyteKb) return node.gigabyte_frames;
  if (kb < kLargeKb || node.ranges.empty()) return std::nullopt;
  return whole_frames(node.ranges, kb);
}

// swiotlb=, cma=: each piece counts against the node that the kernel takes it from.
void charge_set_aside(const Draft& draft, std::vector<Share>& shares) {
  for (const auto& part : draft.next.memory.kept)
    for (auto& share : shares) {
      auto& b = share.budget;
      if (b.node != part.node) continue;
      b.set_aside += part.kb;
      if (!b.set_aside_by.contains(part.arg.raw)) append_to_list(b.set_aside_by, part.arg.raw, " ");
      if (b.frames_known) b.frames_lost += (part.kb + kGigabyteKb - 1) / kGigabyteKb;
    }
}

}  // namespace

const Setting<PageRequest>* request_for(const Draft& draft, unsigned node) {
  const auto& wish = draft.policy.hugepages;
  const auto own = wish.nodes.find(node);
  if (own != wish.nodes.end()) return &own->second;
  const auto slow = [&](const NumaNode& one) { return one.id == node && one.slow; };
  if (std::ranges::any_of(draft.nodes(), slow)) return nullptr;
  return wish.per_node ? &*wish.per_node : nullptr;
}

std::vector<Share> node_shares(Draft& draft) {
  const auto& wish = draft.policy.hugepages;
  std::vector<Share> out;
  for (const auto& node : draft.nodes()) {
    if (node.total_kb == 0 && !node.memory_known && request_for(draft, node.id))
      draft.add_finding(
          Severity::warning, "hugepages-memory-unknown", Subject::node(node.id),
          fmt::format(
              "node {}: this tree does not show its memory, so no hugepages are planned on it",
              node.id));
    if (node.total_kb == 0) continue;
    skipped_node(draft, node);
    if (!node.at_boot) continue;
    Share share;
    auto& b = share.budget;
    b.node = node.id;
    b.total = (node.total_kb - given_back_kb(draft, node)) / kQuantumKb * kQuantumKb;
    b.host_reserve =
        wish.host_reserve ? wish.host_reserve->value.kb() : default_reserve_kb(b.total);
    b.page_structs = page_structs_kb(draft, b.total);
    if (const auto frames = whole_frames_of(node, wish)) {
      b.frames = *frames;
      b.frames_lost = lost_frames(node.total_kb, draft.page_kb(), out.empty());
      b.frames_known = true;
    }
    out.push_back(share);
  }
  charge_drivers(draft, out);
  charge_crash_kernel(draft, out);
  charge_set_aside(draft, out);
  return out;
}

}  // namespace vfirst
