// SPDX-License-Identifier: GPL-2.0-or-later
// How many hugepages each NUMA node gives, and the arguments that make the kernel reserve exactly
// these.
#include "base/kernel_paths.hpp"
#include "base/words.hpp"
#include "kargs/kernel_features.hpp"
#include "plan/node_shares.hpp"
#include "plan/simulated.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// The sizes that the planned kernel has. Of arm64 the kernel that runs shows them itself; x86 shows
// its 1G pages only where an argument names them or CONFIG_CONTIG_ALLOC is set, so the CPU decides.
std::vector<std::uint64_t> sizes_of(const Draft& draft) {
  const auto& shown = draft.facts.memory.hugepage_sizes_kb;
  const bool same_page = draft.page_kb() == draft.facts.memory.page_kb;
  if (!draft.x86() && !shown.empty() && same_page) return shown;
  auto machine = simulated_machine(draft.facts, draft.kernel.release);
  machine.page_kb = draft.page_kb();
  return hugepage_sizes(machine);
}

Status check_size(Draft& draft, const Setting<ByteSize>& size) {
  const auto kb = size.value.kb();
  const auto& cpu = draft.facts.cpu;
  if (kb == kGigabyteKb && draft.x86()) {
    if (cpu.gigabyte_pages == false)
      return refuse(
          "{}size = 1G: this CPU has no 1G pages (no pdpe1gb flag); use size = 2M",
          location_prefix(size.from));
    if (!cpu.gigabyte_pages)
      draft.add_finding(
          Severity::note, "pdpe1gb-unknown", {},
          "this tree does not show whether the CPU has 1G pages (pdpe1gb)");
  }
  const auto sizes = sizes_of(draft);
  if (std::ranges::find(sizes, kb) != sizes.end()) return {};
  const auto names =
      joined_with("and", sizes, [](std::uint64_t one) { return ByteSize::kib(one).str(); });
  if (draft.arm())
    return refuse(
        "{}size = {}: a kernel with {}K base pages has hugepages of {}", location_prefix(size.from),
        size.value.str(), draft.page_kb(), names);
  return refuse(
      "{}size = {}: this machine has hugepages of {}", location_prefix(size.from), size.value.str(),
      names);
}

Status share_out(Draft& draft, std::vector<Share>& shares, std::uint64_t size_kb) {
  const auto& wish = draft.policy.hugepages;
  const auto there = [&](unsigned id) {
    const auto node = std::ranges::find(draft.nodes(), id, &NumaNode::id);
    return node != draft.nodes().end() && (node->total_kb != 0 || !node->memory_known);
  };
  for (const auto& [node, request] : wish.nodes) {
    const auto late = [&](const NumaNode& one) { return one.id == node && !one.at_boot; };
    if (std::ranges::any_of(draft.nodes(), late))
      return refuse(
          "{}node{}: its memory comes after the kernel has read its arguments, or is only movable; "
          "with one node that is not there the kernel reserves no pages at all",
          location_prefix(request.from), node);
    if (!there(node))
      return refuse(
          "{}node{}: this machine has no such node with memory; with one bad node number the "
          "kernel reserves no pages at all",
          location_prefix(request.from), node);
  }
  for (auto& share : shares) {
    const auto* request = request_for(draft, share.budget.node);
    if (!request) continue;
    share.from = request->from;
    const auto most = share.budget.pages(size_kb);
    if (request->value.percent) {
      share.pages = std::min(
          share.budget.sure_pages(size_kb),
          share.budget.free_kb() * request->value.amount / 100 / size_kb);
    } else if (request->value.amount > most) {
      return refuse(
          "{}node {}: {} pages of {} asked, the node can give {}: {}",
          location_prefix(request->from), share.budget.node, request->value.amount,
          wish.size->value.str(), most, share.budget.sum(size_kb));
    } else {
      share.pages = request->value.amount;
      if (const auto sure = share.budget.sure_pages(size_kb); share.pages > sure)
        draft.add_finding(
            Severity::warning, "hugepages-tight", Subject::node(share.budget.node),
            fmt::format(
                "node {}: {} pages of {} asked, but only {} are free at every boot: the kernel's "
                "image, the initramfs and page structs may occupy the others",
                share.budget.node, share.pages, wish.size->value.str(), sure),
            {request->from}, {Subject::argument("hugepages")});
    }
  }
  return {};
}

std::string reason(const std::vector<Share>& shares, std::uint64_t size_kb) {
  return joined(shares, "; ", [&](const Share& share) {
    return fmt::format("node {}: {}", share.budget.node, share.budget.sum(size_kb));
  });
}

}  // namespace

Status plan_hugepages(Draft& draft) {
  const auto& wish = draft.policy.hugepages;
  if (!wish.per_node && wish.nodes.empty()) return {};
  const auto asked_at = wish.per_node ? wish.per_node->from : wish.nodes.begin()->second.from;
  if (!wish.size)
    return refuse(
        "{}[hugepages] asks for pages but does not set their size (size = 1G)",
        location_prefix(asked_at));
  VFIRST_CHECK(check_size(draft, *wish.size));
  const auto size_kb = wish.size->value.kb();
  const auto size = wish.size->value.str();

  if (const auto& blame = draft.next.memory.nodes_unknown; !blame.empty()) {
    draft.add_finding(
        Severity::error, "hugepages-nodes-unknown", Subject::argument(blame),
        fmt::format(
            "{}: the next boot has other nodes than this one, and this tree does not show them: no "
            "hugepages are planned; boot once with its arguments and plan again",
            blame == "numa=" ? "without the numa= of this boot" : blame),
        {asked_at});
    return {};
  }

  auto shares = node_shares(draft);
  if (shares.empty())
    draft.add_finding(
        Severity::error, "hugepages-no-memory", {},
        "this tree shows no node's memory: no hugepages are planned", {asked_at});
  VFIRST_CHECK(share_out(draft, shares, size_kb));

  if (shares.empty()) return {};

  // Without node numbers the kernel deals the pages out in turn over the nodes that have memory, so
  // the counts must be the same. Older kernels read `0:4,1:4` with sscanf("%lu") as no pages
  // at all, and say nothing. A node whose memory the tree does not show may have some, and would
  // get its turn.
  const bool all_known = std::ranges::all_of(draft.nodes(), &NumaNode::memory_known);
  const bool equal = all_known && std::ranges::all_of(shares, [&](const Share& share) {
                       return share.pages == shares.front().pages;
                     });
  bool flat = all_known && shares.size() == 1;
  for (const auto* kernel : draft.target_kernels()) {
    if (hugepage_node_form(kernel->version) == Support::yes || flat) continue;
    if (equal) {
      flat = true;
    } else if (kernel == &draft.kernel && !all_known) {
      draft.add_finding(
          Severity::error, "hugepages-memory-unknown", Subject::kernel(kernel->release),
          fmt::format(
              "kernel {} is older than 5.16 and cannot reserve pages per node: no hugepages are "
              "planned",
              kernel->release),
          {}, {Subject::argument("hugepages")});
      return {};
    } else if (kernel == &draft.kernel) {
      const auto least = std::ranges::min(shares, {}, &Share::pages).pages;
      const bool absolute = std::ranges::any_of(shares, [&](const Share& s) {
        return !request_for(draft, s.budget.node) ||
               !request_for(draft, s.budget.node)->value.percent;
      });
      if (absolute)
        return refuse(
            "{}kernel {} is older than 5.16 and cannot reserve different page counts on different "
            "nodes",
            location_prefix(asked_at), kernel->release);
      draft.add_finding(
          Severity::warning, "hugepages-levelled", Subject::kernel(kernel->release),
          fmt::format(
              "kernel {} is older than 5.16 and splits pages evenly across nodes: each node gives "
              "{}, the most that the smallest one can",
              kernel->release, least),
          {}, {Subject::argument("hugepages")});
      for (auto& share : shares)
        share.pages = least;
      flat = true;
    } else {
      draft.add_finding(
          Severity::warning, "hugepages-old-kernel", Subject::kernel(kernel->release),
          fmt::format(
              "kernel {} is older than 5.16: it reads hugepages={}:{} as no pages and logs nothing",
              kernel->release, shares.front().budget.node, shares.front().pages),
          {}, {Subject::argument("hugepages")});
    }
  }

  std::string value;
  std::uint64_t total = 0;
  for (const auto& share : shares) {
    const auto left = share.budget.free_kb(), taken = share.pages * size_kb;
    draft.spare_kb[share.budget.node] = left > taken ? left - taken : 0;
    if (share.pages == 0) {
      if (request_for(draft, share.budget.node))
        draft.add_finding(
            Severity::warning, "hugepages-none", Subject::node(share.budget.node),
            fmt::format(
                "node {} gives no {} page: {}", share.budget.node, size, share.budget.sum(size_kb)),
            {share.from});
      continue;
    }
    total += share.pages;
    append_to_list(value, fmt::format("{}:{}", share.budget.node, share.pages), ",");
    draft.plan.hugepages.push_back({share.budget.node, size_kb, share.pages});
  }
  if (total == 0) return {};
  if (const auto& cma = draft.next.hugetlb_cma; cma && size_kb >= kGigabyteKb)
    draft.add_finding(
        Severity::error, "hugepages-cma", Subject::argument(cma->raw),
        fmt::format(
            "{}: with it the kernel takes no {} pages at boot (mm/hugetlb.c), so none of the {} "
            "planned would be there",
            cma->raw, size, total),
        {asked_at}, {Subject::argument("hugepages")});
  if (flat) value = std::to_string(total);

  // A pair belongs together and the first pair of a size wins. With default_hugepagesz=1G x86 keeps
  // no 2M pool unless 2M is named, and guests that ask for 2M pages would find none: hence the last
  // pair (mm/hugetlb.c).
  const auto default_size =
      draft.arg("default_hugepagesz", size, "page size for guests that name none", wish.size->from);
  draft.arg("hugepagesz", size, "page size for the next hugepages=", wish.size->from);
  const auto counts = draft.arg("hugepages", value, reason(shares, size_kb), asked_at);
  if (size_kb == kGigabyteKb && draft.x86()) {
    draft.arg(
        "hugepagesz", "2M", "keeps 2M pages available (default_hugepagesz=1G would drop them)",
        wish.size->from);
    draft.arg("hugepages", "0", "none reserved at boot", wish.size->from);
  }
  for (const auto& pages : draft.plan.hugepages)
    draft.expect(WantPages{pages.node, pages.size_kb, pages.pages}, {counts}, asked_at);
  draft.expect(WantDefaultHugepage{size_kb}, {default_size}, wish.size->from);
  if (const auto& free = wish.free_page_structs; free && free->value) {
    const auto freed = draft.arg(
        "hugetlb_free_vmemmap", "on",
        "gives most of the memory back that describes the hugepages, 16M for each of 1G",
        free->from);
    draft.expect(
        WantShown{
            "page structs of hugepages given back", std::string(kernel_paths::kFreePageStructs),
            "1"},
        {freed}, free->from);
  }
  return {};
}

}  // namespace vfirst
