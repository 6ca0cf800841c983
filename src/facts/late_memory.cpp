// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/late_memory.hpp"

#include "base/text.hpp"
#include "facts/readers.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {

// "0x100000000"; absent where it is not shown, or shown as 0.
std::optional<std::uint64_t> map_address(const Root& root, const std::string& path) {
  const auto text = text_of(root, path);
  const auto value = parse_number(text.starts_with("0x") ? text.substr(2) : text, 16);
  return value && *value ? value : std::nullopt;
}

void added_by_kmem(const Root& root, std::vector<LateMemory>& out) {
  constexpr std::string_view kKmem = "sys/bus/dax/drivers/kmem";
  const auto names = root.list(kKmem);
  if (!names) return;
  for (const std::string_view name : *names) {
    if (!name.starts_with("dax")) continue;
    const auto folder = fmt::format("{}/{}", kKmem, name);
    const auto node = root.number(folder + "/target_node");
    if (!node) continue;
    LateMemory one{
        static_cast<unsigned>(*node), root.number(folder + "/size").value_or(0) >> 10, {}};
    if (const auto start = map_address(root, folder + "/resource")) one.start_kb = *start >> 10;
    out.push_back(one);
  }
}

struct MapEntry {
  MemoryRange range;
  bool memory = false;
};

// DIMMs that a hypervisor plugs in are not in the firmware's map of memory, also when they are
// there from the start: the kernel finds them in ACPI after it has read hugepages=. It adds each to
// its copy of the map (firmware_map_add_hotplug of drivers/firmware/memmap.c, which
// add_memory_resource calls). The firmware's own entries are sorted by address, begin with the
// lowest, and no two of memory touch (e820__update_table of arch/x86/kernel/e820.c); so one that
// stands before the lowest, that is out of order, or that touches another was added.
std::vector<MemoryRange> plugged_in(const Root& root) {
  constexpr std::string_view kMap = "sys/firmware/memmap";
  std::vector<MemoryRange> out;
  // Firmware without such devices takes no DIMM.
  if (!root.exists("sys/bus/acpi/devices/PNP0C80:00")) return out;
  std::vector<MapEntry> map;
  for (const auto number : numbered(root, kMap, "")) {
    const auto folder = fmt::format("{}/{}", kMap, number);
    const auto start = map_address(root, folder + "/start").value_or(0);
    const auto end = map_address(root, folder + "/end");
    if (!end) return out;
    map.push_back(
        {{start >> 10, (*end + 1) >> 10}, text_of(root, folder + "/type") == "System RAM"});
  }
  const auto lowest =
      std::ranges::min_element(map, {}, [](const MapEntry& entry) { return entry.range.start_kb; });
  bool added = false;
  for (auto entry = map.begin(); entry != map.end(); ++entry) {
    if (entry > lowest && !added) {
      const auto& before = *std::prev(entry);
      added = entry->range.start_kb < before.range.start_kb ||
              (entry->memory && before.memory && entry->range.start_kb == before.range.end_kb);
    }
    if (entry->memory && (entry < lowest || added)) out.push_back(entry->range);
  }
  return out;
}

}  // namespace

std::vector<LateMemory> late_memory(const Root& root) {
  std::vector<LateMemory> out;
  added_by_kmem(root, out);
  for (const auto& range : plugged_in(root))
    out.push_back({{}, range.kb(), range.start_kb});
  return out;
}

bool take_late(
    NumaNode& node, std::vector<unsigned>& blocks, std::uint64_t block_bytes,
    const std::vector<LateMemory>& late) {
  auto left = blocks;
  std::uint64_t late_kb = 0;
  for (const auto& one : late) {
    if (one.node ? *one.node != node.id : !block_bytes) continue;
    if (one.node && node.cpus.empty()) return true;
    const auto count = block_bytes ? one.kb * 1024 / block_bytes : 0;
    if (one.node && (!count || left.empty())) {
      late_kb += one.kb;
      continue;
    }
    // Without its address it counts as the topmost blocks.
    const auto first = one.start_kb ? *one.start_kb * 1024 / block_bytes
                                    : left.back() - std::min<std::uint64_t>(count, left.back());
    const auto gone = std::erase_if(left, [&](unsigned block) {
      return one.start_kb ? block >= first && block < first + count : block > first;
    });
    late_kb += one.node ? one.kb : gone * block_bytes / 1024;
  }
  if (node.cpus.empty() && left.empty() && !blocks.empty()) return true;
  blocks = std::move(left);
  node.late_kb = std::min(late_kb, node.total_kb);
  return false;
}

}  // namespace vfirst::facts
