// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/boot_memory.hpp"

#include "base/text.hpp"
#include "kargs/boot_nodes.hpp"
#include "kargs/crash_size.hpp"
#include "kargs/memory_places.hpp"
#include "kargs/simulate_topic.hpp"

#include <algorithm>
#include <cstdlib>

namespace vfirst {

namespace {

constexpr std::uint64_t kGigabyteKb = 1 << 20;
constexpr std::uint64_t kNoLimit = MemoryPlaces::kNoLimit;
// What the kernel's image, the initramfs and the firmware may have below 4G before the crash kernel
// gets its part.
constexpr std::uint64_t kOthersBelow4gKb = 512 << 10;
// PCs leave up to this much of the addresses below 4G to devices.
constexpr std::uint64_t kHoleKb = 2 * kGigabyteKb;

// Takes [start, end) out of the node's memory.
void take_out(SimulatedNode& node, std::uint64_t start_kb, std::uint64_t end_kb) {
  std::vector<MemoryRange> left;
  std::uint64_t gone = 0;
  for (const auto& range : node.ranges) {
    gone += range.common({start_kb, end_kb}).kb();
    if (const MemoryRange below{range.start_kb, std::min(range.end_kb, start_kb)}; below.kb())
      left.push_back(below);
    if (const MemoryRange above{std::max(range.start_kb, end_kb), range.end_kb}; above.kb())
      left.push_back(above);
  }
  if (!gone) return;
  node.ranges = std::move(left);
  node.memory_kb -= std::min(node.memory_kb, gone);
  if (node.ranges.empty()) node.memory_kb = 0;
  if (node.most_frames) node.most_frames = whole_frames(node.ranges);
}

// The same where the ranges are not known: the nodes lie one behind the other.
void cap_total(std::vector<SimulatedNode>& nodes, std::uint64_t most_kb) {
  for (auto& node : nodes) {
    const auto kept = std::min(node.memory_kb, most_kb);
    most_kb -= kept;
    if (kept == node.memory_kb) continue;
    node.memory_kb = kept;
    if (node.most_frames) node.most_frames = std::min(*node.most_frames, kept / kGigabyteKb);
  }
}

class Memory {
 public:
  Memory(const CommandLine& line, const SimulatedMachine& machine)
      : line_(line), machine_(machine) {
    for (const auto& node : machine.nodes)
      if (node.at_boot) out_.nodes.push_back(node);
    const auto words = node_words(line, machine);
    if (words.one_node) {
      out_.one_node = words.one_node;
      out_.nodes = as_one_node(out_.nodes, machine.page_kb);
    } else if (words.text() != machine.node_words) {
      // numa=fake= makes nodes that this boot does not show, or made those that it shows.
      out_.nodes_unknown = words.fake ? words.fake->raw : "numa=";
      for (auto& node : out_.nodes)
        node.memory_known = false;
    }
  }

  BootMemory run() {
    const auto before = out_.nodes;
    limits();
    recount(before);
    areas();
    crash();
    out_.free = out_.nodes;
    for (auto& node : out_.free) {
      for (const auto& part : out_.crash)
        if (node.id == part.node) keep(node, part.kb);
      for (const auto& part : out_.kept)
        if (node.id == part.node) keep(node, part.kb);
    }
    return std::move(out_);
  }

 private:
  static void keep(SimulatedNode& node, std::uint64_t kb) {
    node.memory_kb -= std::min(node.memory_kb, kb);
    const auto frames = (kb + kGigabyteKb - 1) / kGigabyteKb;
    if (node.frames) *node.frames -= std::min(*node.frames, frames);
  }

  bool ranges_known() const { return places_.known(); }

  // The frames of a node that has less memory now: its page structs break fewer of them.
  void recount(const std::vector<SimulatedNode>& before) {
    const auto* lowest = places_.first();
    for (std::size_t i = 0; i < before.size(); ++i) {
      auto& node = out_.nodes[i];
      if (!node.most_frames || node.memory_kb == before[i].memory_kb) continue;
      const auto broken = lost_frames(node.memory_kb, machine_.page_kb, &node == lowest);
      node.frames = *node.most_frames - std::min(*node.most_frames, broken);
    }
  }

  void limits() {
    auto most_kb = kNoLimit;
    for (const auto& arg : line_.args()) {
      if (!arg.value) continue;
      if (arg.is("mem"))
        limit(arg, *arg.value, most_kb);
      else if (arg.is("memmap") && machine_.x86())
        for (const auto part : split(*arg.value, ','))
          map(arg, part, most_kb);
    }
    if (most_kb == kNoLimit) return;
    // e820__range_remove takes an address; arm64 takes an amount (memblock_mem_limit_remove_map).
    if (machine_.x86() && ranges_known()) {
      for (auto& node : out_.nodes)
        take_out(node, most_kb, kNoLimit);
    } else {
      const auto hole = machine_.x86() ? std::min(kHoleKb, most_kb / 2) : 0;
      cap_total(out_.nodes, most_kb - hole);
    }
  }

  // parse_memopt and early_mem; nothing of it for "nopentium" or 0.
  void limit(const KernelArg& arg, std::string_view text, std::uint64_t& most_kb) {
    const auto kb = simulated::memparse(text) >> 10;
    if (!kb) return;
    out_.limits.push_back(arg);
    most_kb = machine_.x86() ? std::min(most_kb, kb) : kb;
  }

  // parse_memmap_one: SIZE@START adds memory, which only counts behind exactmap; SIZE$START,
  // SIZE#START and SIZE!START take it away; a bare SIZE is mem=.
  void map(const KernelArg& arg, std::string_view text, std::uint64_t& most_kb) {
    if (text == "exactmap" || text.contains('%')) {
      out_.not_judged.push_back(arg);
      return;
    }
    const auto mark = text.find_first_of("@#$!");
    if (mark == text.npos) return limit(arg, text, most_kb);
    if (text[mark] == '@') return;
    const auto size_kb = simulated::memparse(text) >> 10;
    const auto start_kb = simulated::memparse(text.substr(mark + 1)) >> 10;
    out_.limits.push_back(arg);
    if (!ranges_known()) {
      out_.not_judged.push_back(arg);
      return;
    }
    for (auto& node : out_.nodes)
      take_out(node, start_kb, start_kb + size_kb);
  }

  void add(const SimulatedNode* node, std::uint64_t kb) {
    if (!node || !kb) return;
    const auto known = std::ranges::find(out_.crash, node->id, &CrashPart::node);
    if (known != out_.crash.end())
      known->kb += kb;
    else
      out_.crash.push_back({node->id, kb});
  }

  void keep_area(const KernelArg& arg, const SimulatedNode* home, std::uint64_t kb) {
    if (home && kb) out_.kept.push_back({home->id, kb, arg});
  }

  // Areas that the kernel sets aside before it takes pages for hugepages=.
  void areas() {
    const KernelArg *bounce = nullptr, *area = nullptr, *by_node = nullptr;
    for (const auto& arg : line_.args()) {
      if (!arg.value) continue;
      if (arg.is("swiotlb")) bounce = &arg;
      if (arg.is("cma")) area = &arg;
      if (arg.is("numa_cma")) by_node = &arg;
    }
    if (bounce) {
      // swiotlb_init_remap tries again with half of it where there is no such piece.
      auto kb = bounce_buffers_kb(*bounce);
      while (kb > 1024 && !places_.low(kb))
        kb /= 2;
      keep_area(*bounce, places_.low(kb), kb);
    }
    if (machine_.options_off.contains("CONFIG_CMA")) return;
    // early_cma of kernel/dma/contiguous.c: SIZE, or SIZE@START-END.
    if (area) {
      const auto kb = simulated::memparse(*area->value) >> 10;
      keep_area(*area, places_.after_4g(kb), kb);
    }
    // early_numa_cma: NODE:SIZE, and more of them behind commas.
    if (by_node)
      for (const auto part : split(*by_node->value, ',')) {
        const auto colon = part.find(':');
        const auto node = parse_number(part.substr(0, colon));
        if (colon == part.npos || !node) continue;
        const auto home = std::ranges::find(out_.nodes, *node, &SimulatedNode::id);
        if (home != out_.nodes.end())
          keep_area(*by_node, &*home, simulated::memparse(part.substr(colon + 1)) >> 10);
      }
  }

  void crash() {
    const auto wanted = crash_size(line_, total_kb(), machine_);
    // It is no part of what proc/iomem shows of a crash kernel.
    if (wanted.cma) keep_area(*wanted.cma, places_.after_4g(wanted.cma_kb), wanted.cma_kb);
    if (!machine_.crash_seen.empty() && machine_.crash_words == crash_words(line_) &&
        !machine_.crash_words.empty()) {
      if (!out_.one_node) {
        out_.crash = machine_.crash_seen;
        return;
      }
      for (const auto& part : machine_.crash_seen)
        add(places_.first(), part.kb);
      return;
    }
    if (!wanted.size_kb) return;
    if (wanted.at_kb) {
      // At a fixed address: there or nowhere.
      const auto* home =
          ranges_known()
              ? places_.top(wanted.size_kb, *wanted.at_kb, *wanted.at_kb + wanted.size_kb)
              : places_.first();
      return add(home, wanted.size_kb);
    }
    if (wanted.high) {
      const auto* home = places_.high(wanted.size_kb);
      // All memory is below 4G.
      if (!home) return add(places_.low(wanted.size_kb), wanted.size_kb);
      add(home, wanted.size_kb);
      return add(places_.low(wanted.low_kb), wanted.low_kb);
    }
    const auto* home = places_.low(wanted.size_kb);
    const auto* instead = places_.high(wanted.size_kb);
    const bool tight = places_.low(wanted.size_kb + kOthersBelow4gKb) == nullptr ||
                       (!ranges_known() && wanted.size_kb + kOthersBelow4gKb > kHoleKb);
    if (home && !tight) return add(home, wanted.size_kb);
    if (!home && !instead) return;
    // Above 4G, with the least that is needed below. Where the piece below 4G may be large enough,
    // both are counted.
    if (home && instead && home->id != instead->id) {
      out_.crash_unsure = true;
      add(home, wanted.size_kb);
      return add(instead, wanted.size_kb);
    }
    add(instead ? instead : home, wanted.size_kb);
    if (instead) add(places_.low(wanted.low_kb), wanted.low_kb);
  }

  // memblock_phys_mem_size: what the firmware gives, more than the kernel's own total.
  std::uint64_t total_kb() const {
    std::uint64_t total = 0;
    for (const auto& node : out_.nodes) {
      std::uint64_t blocks = 0;
      for (const auto& range : node.ranges)
        blocks += range.kb();
      total += std::max(node.memory_kb, blocks);
    }
    return total;
  }

  const CommandLine& line_;
  const SimulatedMachine& machine_;
  BootMemory out_;
  MemoryPlaces places_{out_.nodes};
};

}  // namespace

std::uint64_t bounce_buffers_kb(const KernelArg& arg) {
  // setup_io_tlb_npages of kernel/dma/swiotlb.c: slabs of 2 KiB, 128 of them at least.
  if (!arg.is("swiotlb") || !arg.value) return 0;
  std::string digits(
      arg.value->substr(0, arg.value->find_first_not_of("0123456789xabcdefABCDEFX")));
  const auto slabs = std::strtoull(digits.c_str(), nullptr, 0);
  return std::min<std::uint64_t>((slabs + 127) / 128 * 128, std::uint64_t{1} << 40) * 2;
}

BootMemory boot_memory(const CommandLine& line, const SimulatedMachine& machine) {
  return Memory(line, machine).run();
}

std::uint64_t lost_frames(std::uint64_t node_kb, std::uint64_t page_kb, bool lowest) {
  const auto structs_kb = node_kb / page_kb * 64 / 1024;
  return (structs_kb + kGigabyteKb - 1) / kGigabyteKb + (lowest ? 1 : 0);
}

std::uint64_t whole_frames(const std::vector<MemoryRange>& ranges, std::uint64_t frame_kb) {
  std::uint64_t frames = 0;
  for (const auto& range : ranges) {
    const auto first = std::max<std::uint64_t>((range.start_kb + frame_kb - 1) / frame_kb, 1);
    const auto end = range.end_kb / frame_kb;
    if (end > first) frames += end - first;
  }
  return frames;
}

}  // namespace vfirst
