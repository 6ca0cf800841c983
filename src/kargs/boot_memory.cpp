// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/boot_memory.hpp"

#include "base/text.hpp"
#include "kargs/crash_size.hpp"
#include "kargs/simulate_topic.hpp"

#include <algorithm>

namespace vfirst {

namespace {

constexpr std::uint64_t kGigabyteKb = 1 << 20;
constexpr std::uint64_t kFourGigabytesKb = 4 * kGigabyteKb;
constexpr std::uint64_t kNoLimit = UINT64_MAX;
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
  if (!node.most_frames) return;
  // As many of the frames as before are broken by the kernel's own use.
  const auto broken = *node.most_frames - std::min(node.frames.value_or(0), *node.most_frames);
  node.most_frames = whole_frames(node.ranges);
  node.frames = *node.most_frames - std::min(*node.most_frames, broken);
}

// The same where the ranges are not known: the nodes lie one behind the other.
void cap_total(std::vector<SimulatedNode>& nodes, std::uint64_t most_kb) {
  for (auto& node : nodes) {
    const auto kept = std::min(node.memory_kb, most_kb);
    most_kb -= kept;
    if (kept == node.memory_kb) continue;
    node.memory_kb = kept;
    if (node.most_frames) {
      node.most_frames = std::min(*node.most_frames, kept / kGigabyteKb);
      node.frames = std::min(*node.frames, *node.most_frames);
    }
  }
}

class Memory {
 public:
  Memory(const CommandLine& line, const SimulatedMachine& machine)
      : line_(line), machine_(machine) {
    for (const auto& node : machine.nodes)
      if (node.at_boot) out_.nodes.push_back(node);
  }

  BootMemory run() {
    limits();
    crash();
    out_.free = out_.nodes;
    for (const auto& part : out_.crash)
      for (auto& node : out_.free)
        if (node.id == part.node) keep(node, part.kb);
    return std::move(out_);
  }

 private:
  static void keep(SimulatedNode& node, std::uint64_t kb) {
    node.memory_kb -= std::min(node.memory_kb, kb);
    const auto frames = (kb + kGigabyteKb - 1) / kGigabyteKb;
    if (node.frames) *node.frames -= std::min(*node.frames, frames);
  }

  bool ranges_known() const {
    return std::ranges::all_of(out_.nodes, [](const SimulatedNode& node) {
      return node.memory_kb == 0 || !node.ranges.empty();
    });
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

  // memblock_phys_alloc_range works from the top down: the node with the highest free piece of this
  // size between the two addresses, nullptr where there is none.
  const SimulatedNode* top(
      std::uint64_t size_kb, std::uint64_t from_kb, std::uint64_t to_kb) const {
    const SimulatedNode* best = nullptr;
    std::uint64_t at = 0;
    for (const auto& node : out_.nodes)
      for (const auto& range : node.ranges)
        if (const auto part = range.common({from_kb, to_kb});
            part.kb() >= size_kb && part.end_kb > at)
          best = &node, at = part.end_kb;
    return best;
  }
  const SimulatedNode* first() const {
    const auto found =
        std::ranges::find_if(out_.nodes, [](const SimulatedNode& n) { return n.memory_kb > 0; });
    return found == out_.nodes.end() ? nullptr : &*found;
  }
  const SimulatedNode* last() const {
    const SimulatedNode* best = nullptr;
    for (const auto& node : out_.nodes)
      if (node.memory_kb) best = &node;
    return best;
  }
  // Where the ranges are not known: the first node has the memory below 4G, the last one the top.
  const SimulatedNode* low(std::uint64_t size_kb) const {
    return ranges_known() ? top(size_kb, 0, kFourGigabytesKb) : first();
  }
  const SimulatedNode* high(std::uint64_t size_kb) const {
    return ranges_known() ? top(size_kb, kFourGigabytesKb, kNoLimit) : last();
  }

  void crash() {
    if (!machine_.crash_seen.empty() && machine_.crash_words == crash_words(line_) &&
        !machine_.crash_words.empty()) {
      out_.crash = machine_.crash_seen;
      return;
    }
    const auto wanted = crash_size(line_, total_kb(), machine_);
    if (wanted.cma_kb) add(after_4g(wanted.cma_kb), wanted.cma_kb);
    if (!wanted.size_kb) return;
    if (wanted.at_kb) {
      // At a fixed address: there or nowhere.
      const auto* home = ranges_known()
                             ? top(wanted.size_kb, *wanted.at_kb, *wanted.at_kb + wanted.size_kb)
                             : first();
      return add(home, wanted.size_kb);
    }
    const auto low_kb = wanted.low_kb.value_or(machine_.x86() ? 256 << 10 : 128 << 10);
    if (wanted.high) {
      const auto* home = high(wanted.size_kb);
      // All memory is below 4G.
      if (!home) return add(low(wanted.size_kb), wanted.size_kb);
      add(home, wanted.size_kb);
      return add(low(low_kb), low_kb);
    }
    const auto* home = low(wanted.size_kb);
    const auto* instead = high(wanted.size_kb);
    const bool tight = low(wanted.size_kb + kOthersBelow4gKb) == nullptr ||
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
    if (instead) add(low(low_kb), low_kb);
  }

  // cma_declare_contiguous_nid: from 4G upwards where that is possible.
  const SimulatedNode* after_4g(std::uint64_t size_kb) const {
    if (!ranges_known()) return first();
    const SimulatedNode* best = nullptr;
    std::uint64_t at = kNoLimit;
    for (const auto& node : out_.nodes)
      for (const auto& range : node.ranges)
        if (const auto part = range.common({kFourGigabytesKb, kNoLimit});
            part.kb() >= size_kb && part.start_kb < at)
          best = &node, at = part.start_kb;
    return best ? best : low(size_kb);
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
};

}  // namespace

BootMemory boot_memory(const CommandLine& line, const SimulatedMachine& machine) {
  return Memory(line, machine).run();
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
