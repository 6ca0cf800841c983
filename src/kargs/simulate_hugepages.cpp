// SPDX-License-Identifier: GPL-2.0-or-later
// How mm/hugetlb.c parses hugepagesz=, hugepages= and default_hugepagesz=. simulate_pool.cpp then
// allocates the pages.
#include "base/text.hpp"
#include "kargs/kernel_features.hpp"
#include "kargs/simulate_topic.hpp"

#include <algorithm>

namespace vfirst {

// arch_hugetlb_valid_size (arch/x86/mm/hugetlbpage.c). On arm64 the sizes follow from the base page
// (arch/arm64/mm/hugetlbpage.c, the table "HugeTLB Support Matrix"; the same in setup_hugepagesz()
// of 4.18): contiguous PTEs, PMD, contiguous PMDs, and with 4K the PUD.
std::vector<std::uint64_t> hugepage_sizes(const SimulatedMachine& machine) {
  if (machine.x86())
    return machine.gigabyte_pages ? std::vector<std::uint64_t>{2 << 10, 1 << 20}
                                  : std::vector<std::uint64_t>{2 << 10};
  switch (machine.page_kb) {
    case 64: return {2 << 10, 512 << 10, 16 << 20};
    case 16: return {2 << 10, 32 << 10, 1 << 20};
    default: return {64, 2 << 10, 32 << 10, 1 << 20};
  }
}

}  // namespace vfirst

namespace vfirst::simulated {

namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}

// sscanf("%lu"): reads the digits at the front of `text`, if there are any, and removes them.
std::optional<std::uint64_t> number(std::string_view& text) {
  std::size_t n = 0;
  std::uint64_t value = 0;
  for (; n < text.size() && digit(text[n]); ++n)
    value = value * 10 + static_cast<unsigned>(text[n] - '0');
  if (n == 0) return std::nullopt;
  text.remove_prefix(n);
  return value;
}

std::string size_word(std::uint64_t size_kb) {
  return ByteSize::kib(size_kb).str();
}

}  // namespace

std::uint64_t memparse(std::string_view text) {
  unsigned base = 10;
  if (text.starts_with("0x") || text.starts_with("0X"))
    base = 16, text.remove_prefix(2);
  else if (text.starts_with('0'))
    base = 8;
  std::uint64_t value = 0;
  for (; !text.empty(); text.remove_prefix(1)) {
    const char c = text.front();
    const unsigned at = digit(c)               ? unsigned(c - '0')
                        : c >= 'a' && c <= 'f' ? unsigned(c - 'a' + 10)
                        : c >= 'A' && c <= 'F' ? unsigned(c - 'A' + 10)
                                               : 99;
    if (at >= base) break;
    value = value * base + at;
  }
  constexpr std::string_view kUnits = "KMGTPE";
  if (text.empty()) return value;
  const auto unit =
      kUnits.find(text.front() >= 'a' ? static_cast<char>(text.front() - 'a' + 'A') : text.front());
  return unit == std::string_view::npos ? value : value << 10 * (unit + 1);
}

// mm/hugetlb.c and, since 6.15, mm/hugetlb_cma.c: SIZE or NODE:SIZE,... With hugetlb_cma_only the
// pages are taken at boot after all, from that memory.
const KernelArg* hugetlb_cma(const CommandLine& line, const SimulatedMachine& machine) {
  const auto* arg = line.last("hugetlb_cma");
  if (!arg || !arg->value || machine.options_off.contains("CONFIG_CMA")) return nullptr;
  const bool new_words = !machine.kernel.known() || machine.kernel >= KernelVersion{6, 15};
  if (new_words && line.has("hugetlb_cma_only")) return nullptr;
  const std::string_view value = *arg->value;
  std::uint64_t kb = memparse(value) >> 10;
  if (value.contains(':')) {
    kb = 0;
    for (const auto part : split(value, ','))
      kb += memparse(part.substr(std::min(part.find(':'), part.size() - 1) + 1)) >> 10;
  }
  // A percentage, since 7.3; less than one page is no area.
  return value.ends_with('%') || kb >= 1 << 20 ? arg : nullptr;
}

Hugepages::Hugepages(const SimulatedMachine& machine, const CommandLine& line)
    : machine_(machine), cma_(hugetlb_cma(line, machine) != nullptr) {
  for (auto node : machine.nodes) {
    if (node.memory_kb == 0 && node.memory_known) continue;
    if (!node.memory_known) node.memory_kb = std::uint64_t{1} << 30;
    left_.push_back(node);
  }
}

bool Hugepages::valid(std::uint64_t size_kb) const {
  return std::ranges::binary_search(hugepage_sizes(machine_), size_kb);
}

// Is the size above MAX_PAGE_ORDER? Such pages are taken from memblock while the line is parsed,
// all others later from the page allocator.
bool Hugepages::gigantic(std::uint64_t size_kb) const {
  const unsigned order = machine_.page_kb == 64 ? 13 : machine_.page_kb == 16 ? 11 : 10;
  return size_kb > machine_.page_kb << order;
}

int Hugepages::index_of(std::uint64_t size_kb) const {
  const auto at = std::ranges::find(pools_, size_kb, &Pool::size_kb);
  return at == pools_.end() ? kNone : static_cast<int>(at - pools_.begin());
}

// hugetlb_add_hstate: the next count is for this size only if the size is new.
std::size_t Hugepages::add(std::uint64_t size_kb) {
  if (const auto at = index_of(size_kb); at != kNone) return static_cast<std::size_t>(at);
  Pool pool;
  pool.size_kb = size_kb;
  pools_.push_back(std::move(pool));
  parsed_ = static_cast<int>(pools_.size()) - 1;
  return pools_.size() - 1;
}

std::optional<Answer> Hugepages::read(const KernelArg& arg, std::size_t position) {
  if (!arg.value || machine_.options_off.contains("CONFIG_HUGETLB_PAGE")) return std::nullopt;
  if (arg.is("hugepagesz")) return size(*arg.value, position);
  if (arg.is("default_hugepagesz")) return default_size(*arg.value, position);
  if (arg.is("hugepages")) return count(*arg.value, position);
  return std::nullopt;
}

Answer Hugepages::size(std::string_view value, std::size_t position) {
  valid_ = false;
  const auto size_kb = memparse(value) >> 10;
  if (!valid(size_kb))
    return {
        true, Effect::ignored, "no pages",
        "this kernel has no such size; the count after it is ignored too",
        fmt::format("HugeTLB: unsupported hugepagesz={}", value)};
  if (const auto known = index_of(size_kb); known != kNone) {
    auto& pool = pools_[static_cast<std::size_t>(known)];
    if (!default_named_ || known != default_ || pool.wanted)
      return {
          true, Effect::ignored, "nothing",
          fmt::format(
              "{} was named before: the first pair of a size wins, and the count after this one is "
              "ignored too",
              size_word(size_kb)),
          fmt::format("HugeTLB: hugepagesz={} specified twice, ignoring", value)};
    parsed_ = known;
  } else {
    add(size_kb);
  }
  pools_[static_cast<std::size_t>(parsed_)].size_arg = position;
  valid_ = true;
  return {
      true,
      Effect::effective,
      fmt::format("page size {} for the next hugepages=", size_word(size_kb)),
      {},
      {}};
}

Answer Hugepages::default_size(std::string_view value, std::size_t position) {
  valid_ = false;
  if (default_named_)
    return {
        true, Effect::ignored,
        fmt::format(
            "the default stays {}", size_word(pools_[static_cast<std::size_t>(default_)].size_kb)),
        "the first default_hugepagesz= wins",
        fmt::format("HugeTLB: default_hugepagesz previously specified, ignoring {}", value)};
  const auto size_kb = memparse(value) >> 10;
  if (!valid(size_kb))
    return {
        true, Effect::ignored, "the default stays as it is", "this kernel has no such size",
        fmt::format("HugeTLB: unsupported default_hugepagesz={}", value)};
  const auto at = add(size_kb);
  valid_ = default_named_ = true;
  default_ = static_cast<int>(at);
  auto& pool = pools_[at];
  (void)position;
  // A count before any size was for this size.
  if (implicit_.wanted) {
    pool.wanted = implicit_.wanted;
    pool.wanted_at = implicit_.wanted_at;
    pool.count_arg = implicit_.count_arg;
    implicit_.wanted = 0;
    if (gigantic(size_kb)) allocate(pool);
  }
  Answer answer{
      true,
      Effect::effective,
      fmt::format("default page size {}, for hugetlbfs and a bare hugepages=", size_word(size_kb)),
      {},
      {}};
  if (hugepage_middle_pool(machine_.kernel) == Support::no && size_kb != 2048)
    answer.does += "; no 2M pool without hugepagesz=2M";
  return answer;
}

Answer Hugepages::count(std::string_view value, std::size_t position) {
  if (!valid_) {
    valid_ = true;
    return {
        true, Effect::ignored, "no pages", "the size before it was ignored",
        fmt::format("HugeTLB: hugepages={} does not follow a valid hugepagesz, ignoring", value)};
  }
  const int target = pools_.empty() ? kImplicit : parsed_;
  if (target == last_)
    return {
        true, Effect::ignored, "no pages",
        "each hugepages= needs its own hugepagesz= before it; the first count stays",
        fmt::format(
            "HugeTLB: hugepages= specified twice without interleaving hugepagesz=, "
            "ignoring hugepages={}",
            value)};
  auto& pool = target == kImplicit ? implicit_ : pools_[static_cast<std::size_t>(target)];
  Answer answer;
  pool.count_arg = position;
  if (const auto form = hugepage_node_form(machine_.kernel); form != Support::yes) {
    answer = count_before_nodes(value, pool);
    if (form == Support::not_known && answer.effect == Effect::ignored) {
      answer.effect = Effect::not_judged;
      answer.rule =
          "it is not known whether this kernel of Red Hat's reads node numbers, as 5.16 does";
      pool.sure = false;
    }
  } else {
    auto rest = value;
    while (!rest.empty()) {
      auto tail = rest;
      auto n = number(tail);
      if (!n) return invalid(rest, pool);
      if (!tail.starts_with(':')) {
        if (rest.size() != value.size()) return invalid(rest, pool);
        pool.wanted = *n;
        break;
      }
      const bool by_count = hugepage_node_ids(machine_.kernel) == Support::no;
      const auto node = std::ranges::find(machine_.nodes, *n, &SimulatedNode::id);
      if (by_count ? *n >= machine_.nodes.size() : node == machine_.nodes.end())
        return invalid(rest, pool);
      tail.remove_prefix(1);
      rest = tail;
      const auto pages = number(tail);
      if (!pages) return invalid(rest, pool);
      pool.wanted_at[static_cast<unsigned>(*n)] = *pages;
      pool.wanted += *pages;
      if (!tail.starts_with(',')) break;
      rest = tail.substr(1);
    }
  }
  if (target != kImplicit && gigantic(pool.size_kb)) allocate(pool);
  last_ = target;
  return answer;
}

Answer Hugepages::count_before_nodes(std::string_view value, Pool& pool) {
  auto rest = value;
  pool.wanted = number(rest).value_or(0);
  if (!rest.starts_with(':')) return {};
  return {
      true,
      Effect::ignored,
      fmt::format("{} pages, on any node", pool.wanted),
      "before 5.16 the kernel reads the first number as the count and logs nothing",
      {}};
}

Answer Hugepages::invalid(std::string_view rest, Pool& pool) {
  pool.wanted = 0;
  pool.wanted_at.clear();
  return {
      true, Effect::ignored, "no pages of this size on any node",
      "if one node does not exist or one character is wrong, the kernel drops the whole count",
      fmt::format("HugeTLB: Invalid hugepages parameter {}", rest)};
}

}  // namespace vfirst::simulated
