// SPDX-License-Identifier: GPL-2.0-or-later
// How the kernel allocates huge pages: gigantic ones from memblock while it parses the line, the
// others from the page allocator afterwards.
#include "base/words.hpp"
#include "kargs/kernel_features.hpp"
#include "kargs/simulate_topic.hpp"

#include <algorithm>
#include <numeric>

namespace vfirst::simulated {

namespace {

constexpr std::uint64_t kGigabyteKb = 1 << 20;
// With less, no kernel reaches its init.
constexpr std::uint64_t kLeastForHostKb = 128 << 10;

// string_get_size with three significant digits: 2.00 MiB, 512 MiB, 16.0 GiB.
std::string log_size(std::uint64_t size_kb) {
  const bool gib = size_kb >= kGigabyteKb, mib = size_kb >= 1024;
  const auto whole = gib ? size_kb >> 20 : mib ? size_kb >> 10 : size_kb;
  return fmt::format(
      "{}{} {}", whole,
      whole < 10    ? ".00"
      : whole < 100 ? ".0"
                    : "",
      gib   ? "GiB"
      : mib ? "MiB"
            : "KiB");
}

}  // namespace

std::uint64_t Hugepages::Pool::pages() const {
  return std::accumulate(
      got.begin(), got.end(), std::uint64_t{0},
      [](std::uint64_t sum, const auto& node) { return sum + node.second; });
}

// How many pages of the pool the node at index `at` can still give.
std::uint64_t Hugepages::room(const Pool& pool, std::size_t at) const {
  const auto& node = left_[at];
  const auto pages = node.memory_kb / pool.size_kb;
  return pool.size_kb == kGigabyteKb && node.frames ? std::min<std::uint64_t>(pages, *node.frames)
                                                    : pages;
}

void Hugepages::give(Pool& pool, std::size_t at, std::uint64_t pages) {
  if (!pages) return;
  auto& node = left_[at];
  if (pool.size_kb == kGigabyteKb && node.frames) *node.frames -= pages;
  if (!node.memory_known) pool.sure = false;
  node.memory_kb -= pages * pool.size_kb;
  pool.got[node.id] += pages;
}

// Takes one page from the node at index `at`. memblock falls back to the other nodes, the highest
// addresses first; the page allocator is told not to.
bool Hugepages::take(Pool& pool, std::size_t at, bool fall_back) {
  const bool by_frame = pool.size_kb == kGigabyteKb;
  const auto one = [&](std::size_t i) {
    const auto& node = left_[i];
    const bool no_frame =
        by_frame && node.memory_kb >= pool.size_kb && node.frames && *node.frames == 0;
    if (no_frame && node.most_frames && *node.most_frames > 0) pool.sure = false;
    if (!room(pool, i)) return false;
    give(pool, i, 1);
    return true;
  };
  if (one(at)) return true;
  if (fall_back)
    for (auto i = left_.size(); i-- > 0;)
      if (one(i)) return true;
  if (!by_frame || !left_[at].frames) pool.sure = false;
  return false;
}

void Hugepages::allocate_on(Pool& pool, unsigned node, std::uint64_t wanted) {
  const auto at = std::ranges::find(left_, node, &SimulatedNode::id);
  // Up to 6.13 memblock may also take the page from another node.
  const auto support = hugepage_exact_nodes(machine_.kernel);
  const bool exact = support == Support::yes || !gigantic(pool.size_kb);
  std::uint64_t n = 0;
  if (at != left_.end() || !exact)
    if (const auto first = at == left_.end() ? 0 : static_cast<std::size_t>(at - left_.begin());
        !left_.empty()) {
      n = std::min(wanted, room(pool, first));
      give(pool, first, n);
      if (n < wanted && support == Support::not_known) pool.sure = false;
      while (n < wanted && take(pool, first, !exact))
        ++n;
    }
  if (n == wanted) return;
  if (!pool.log.empty()) pool.log += '\n';
  pool.log += fmt::format(
      "HugeTLB: allocating {} of page size {} failed node{}.  Only allocated {} hugepages.", wanted,
      log_size(pool.size_kb), node, n);
}

// hugetlb_pages_alloc_boot, since 6.9: threads allocate in parallel, and each begins at the first
// node. Earlier kernels, and all kernels for gigantic pages, take the nodes in turn.
void Hugepages::deal_out(Pool& pool) {
  const auto nodes = left_.size();
  // Whole rounds while all nodes have enough, because a large host has 10^5 pages; then page by
  // page.
  const auto turn = [&](std::uint64_t pages, unsigned& next) {
    std::uint64_t rounds = pages / nodes;
    for (std::size_t i = 0; i < nodes; ++i)
      rounds = std::min(rounds, room(pool, i));
    for (std::size_t i = 0; i < nodes; ++i)
      give(pool, i, rounds);
    for (std::uint64_t i = rounds * nodes; i < pages; ++i) {
      const bool big = gigantic(pool.size_kb);
      bool got = false;
      for (std::size_t tries = 0; !got && tries < (big ? 1 : nodes); ++tries) {
        got = take(pool, next, big);
        next = static_cast<unsigned>((next + 1) % nodes);
      }
      if (!got) return;
    }
  };
  const auto threads_here = hugepage_threads(machine_.kernel);
  if (gigantic(pool.size_kb) || threads_here == Support::no) return turn(pool.wanted, pool.next);
  // Since 6.14 there are more than two threads per node: the CPUs decide how many pages each node
  // gives. The same is said where the number of threads is not known.
  if (threads_here == Support::not_known || hugepage_exact_nodes(machine_.kernel) != Support::no) {
    turn(pool.wanted, pool.next);
    pool.sure = pool.sure && nodes == 1;
    return;
  }
  const std::uint64_t least = pool.wanted / nodes / 2;
  const std::uint64_t pool_of_works = machine_.possible.size() + 1;
  const auto threads = std::min(
      {std::max<std::uint64_t>(pool.wanted / std::max<std::uint64_t>(least, 1), 1),
       static_cast<std::uint64_t>(nodes) * 2, pool_of_works});
  const auto piece =
      threads == 1 ? pool.wanted : std::max<std::uint64_t>({pool.wanted / (threads * 4), least, 1});
  for (std::uint64_t done = 0; done < pool.wanted; done += piece) {
    unsigned next = 0;
    const auto before = pool.pages();
    turn(std::min(piece, pool.wanted - done), next);
    if (pool.pages() == before) break;
  }
}

void Hugepages::allocate(Pool& pool) {
  if (pool.wanted == 0 || left_.empty()) return;
  if (left_to_cma(pool.size_kb)) {
    pool.log = "HugeTLB: hugetlb_cma is enabled, skip boot time allocation";
    return;
  }
  const bool by_node =
      std::ranges::any_of(pool.wanted_at, [](const auto& node) { return node.second > 0; });
  if (by_node) {
    for (const auto& [node, pages] : pool.wanted_at)
      if (pages) allocate_on(pool, node, pages);
    return;
  }
  const auto before = pool.pages();
  deal_out(pool);
  if (const auto got = pool.pages() - before; got < pool.wanted)
    pool.log = fmt::format(
        "HugeTLB: allocating {} of page size {} failed.  Only allocated {} hugepages.", pool.wanted,
        log_size(pool.size_kb), got);
}

// hugetlb_init without default_hugepagesz=: the PMD size is the default. A count before any size is
// for this size, and wins over a count that names it.
void Hugepages::default_without_word(std::vector<ArgumentVerdict>& verdicts, Simulation& out) {
  const std::uint64_t middle = machine_.page_kb == 64   ? 512 << 10
                               : machine_.page_kb == 16 ? 32 << 10
                                                        : 2 << 10;
  if (!default_named_) default_ = index_of(middle);
  if (default_named_ || !implicit_.wanted) return;
  auto& pool = pools_[static_cast<std::size_t>(default_)];
  if (pool.wanted && pool.count_arg) {
    const auto message = fmt::format(
        "HugeTLB: Ignoring hugepages={} associated with {} page size", pool.wanted,
        log_size(pool.size_kb));
    auto& beaten = verdicts[*pool.count_arg];
    beaten.effect = Effect::ignored;
    beaten.does = "no pages";
    beaten.rule =
        "a count before any size is for the default size too, and wins over the one that names it";
    beaten.message = message;
    out.log.push_back(message);
    out.log.push_back(fmt::format(
        "HugeTLB: Using hugepages={} for number of default huge pages", implicit_.wanted));
  }
  pool.wanted = implicit_.wanted;
  pool.wanted_at = implicit_.wanted_at;
  pool.count_arg = implicit_.count_arg;
}

// The page allocator gives until nothing is left for the host. (Gigantic pages end at the last
// whole frame.) Seen with 5000 pages of 2M on 8G: a panic, "System is deadlocked on memory", or no
// sign of life for three minutes.
void Hugepages::starve(Simulation& out) const {
  std::uint64_t left_kb = 0, small = 0;
  for (const auto& node : left_)
    left_kb += node.memory_kb;
  for (const auto& pool : pools_)
    if (!gigantic(pool.size_kb)) small += pool.pages();
  if (!small || left_kb >= kLeastForHostKb) return;
  out.fatal.push_back(fmt::format(
      "huge pages leave only {}M for the host: the kernel has no memory for its first processes",
      left_kb >> 10));
}

void Hugepages::finish(std::vector<ArgumentVerdict>& verdicts, Simulation& out) {
  if (machine_.options_off.contains("CONFIG_HUGETLB_PAGE")) return;
  // Messages about gigantic pages come first: the kernel logs them while it parses the line.
  for (const auto& pool : pools_)
    if (!pool.log.empty()) out.log.push_back(pool.log);
  const auto logged = pools_.size();
  const bool middle_named = hugepage_middle_pool(machine_.kernel) != Support::no || !default_named_;
  for (const std::uint64_t size_kb : {64u, 2u << 10, 32u << 10, 512u << 10, 1u << 20, 16u << 20})
    if (valid(size_kb) && (middle_named || size_kb != 2048)) add(size_kb);
  default_without_word(verdicts, out);
  for (auto& pool : pools_)
    if (!gigantic(pool.size_kb)) allocate(pool);
  for (std::size_t i = 0; i < pools_.size(); ++i)
    if (!pools_[i].log.empty() && (i >= logged || !gigantic(pools_[i].size_kb)))
      out.log.push_back(pools_[i].log);

  starve(out);

  for (const auto& pool : pools_) {
    SimulatedPool shown{pool.size_kb, pool.pages(), {}, pool.sure};
    for (const auto& node : left_) {
      const auto got = pool.got.find(node.id);
      shown.nodes[node.id] = got == pool.got.end() ? 0 : got->second;
    }
    const auto split = joined(left_, ", ", [&](const SimulatedNode& node) {
      return fmt::format("node {}: {}", node.id, shown.nodes[node.id]);
    });
    const auto size = ByteSize::kib(pool.size_kb).str();
    if (pool.count_arg && verdicts[*pool.count_arg].effect != Effect::ignored) {
      auto& verdict = verdicts[*pool.count_arg];
      verdict.does = fmt::format("{} pages of {} ({})", shown.pages, size, split);
      verdict.message = pool.log;
      bool elsewhere = false;
      for (const auto& [node, pages] : pool.wanted_at)
        elsewhere |= shown.nodes[node] != pages;
      if (pool.wanted && left_to_cma(pool.size_kb)) {
        verdict.effect = Effect::ignored;
        verdict.rule = "with hugetlb_cma= the kernel takes no pages of this size at boot";
      } else if (shown.pages < pool.wanted || elsewhere) {
        verdict.effect = Effect::partial;
        verdict.rule = shown.pages < pool.wanted
                           ? fmt::format("memory gives {} of {}", shown.pages, pool.wanted)
                           : "if a node has no more pages, the kernel takes them from another one "
                             "and logs nothing";
      }
    }
    if (pool.size_arg && !pool.count_arg && verdicts[*pool.size_arg].effect == Effect::effective) {
      verdicts[*pool.size_arg].effect = Effect::partial;
      verdicts[*pool.size_arg].does = fmt::format("no page of {}", size);
      verdicts[*pool.size_arg].rule = "no hugepages= follows it";
    }
    out.hugepages.push_back(std::move(shown));
  }
  std::ranges::sort(out.hugepages, {}, &SimulatedPool::size_kb);
  if (default_ >= 0) out.default_hugepage_kb = pools_[static_cast<std::size_t>(default_)].size_kb;
}

}  // namespace vfirst::simulated
