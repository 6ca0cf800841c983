// SPDX-License-Identifier: GPL-2.0-or-later
// What a tree shows of the next boot's CPUs and memory.
#include "base/text.hpp"
#include "facts/read.hpp"
#include "unit/tree.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr std::string_view kCpu = "sys/devices/system/cpu";
constexpr std::string_view kNode = "sys/devices/system/node";

class Tree : public TempTree {
 public:
  Tree() {
    add("sys/devices/system/cpu/online", "0-3\n");
    add("sys/devices/system/cpu/present", "0-3\n");
    add("sys/devices/system/memory/block_size_bytes", "8000000\n");
  }
  // `blocks` of 128 MiB from block `first` on.
  void node(unsigned id, std::string_view cpus, unsigned first, unsigned blocks) {
    const auto at = fmt::format("{}/node{}/", kNode, id);
    add(at + "cpulist", fmt::format("{}\n", cpus));
    add(at + "meminfo", fmt::format("Node {} MemTotal: {} kB\n", id, blocks * 131072));
    for (auto block = first; block < first + blocks; ++block)
      add(fmt::format("{}memory{}/", at, block), "");
  }
  Facts facts() const {
    const auto root = Root::open(path());
    return read_facts(*root).value();
  }
};

}  // namespace

TEST_CASE("a node's memory blocks are joined to ranges", "[facts][hugepages]") {
  Tree tree;
  tree.node(0, "0-3", 0, 16);
  for (const auto block : {32, 33, 34})
    tree.add(fmt::format("{}/node0/memory{}/", kNode, block), "");
  const auto facts = tree.facts();
  CHECK(
      facts.numa[0].ranges ==
      std::vector<MemoryRange>{{0, 2 << 20}, {4 << 20, (4 << 20) + (384 << 10)}});
}

TEST_CASE("memory that a driver adds is not there when the kernel reads its line", "[facts]") {
  Tree tree;
  tree.node(0, "0-3", 0, 16);
  tree.node(1, "", 64, 16);
  CHECK(tree.facts().numa[1].at_boot);
  SECTION("of a dax device") {
    tree.add("sys/bus/dax/drivers/kmem/dax0.0/target_node", "1\n");
  }
  SECTION("of a node that has other memory, too") {
    // 16 blocks of the node, 4 of the driver behind them.
    tree.add("sys/bus/dax/drivers/kmem/dax0.0/target_node", "0\n");
    tree.add("sys/bus/dax/drivers/kmem/dax0.0/size", "536870912\n");
    for (const auto block : {40, 41, 42, 43})
      tree.add(fmt::format("{}/node0/memory{}/", kNode, block), "");
    tree.add(
        fmt::format("{}/node0/meminfo", kNode),
        fmt::format("Node 0 MemTotal: {} kB\n", 20 * 131072));
    for (const auto* resource : {"", "0x140000000\n"}) {
      tree.add("sys/bus/dax/drivers/kmem/dax0.0/resource", resource);
      const auto node = tree.facts().numa[0];
      CHECK(node.at_boot);
      CHECK(node.late_kb == 512 << 10);
      CHECK(node.ranges == std::vector<MemoryRange>{{0, 2 << 20}});
      CHECK(node.gigabyte_frames == 1u);
    }
    return;
  }
  SECTION("movable alone") {
    tree.add("sys/devices/system/node/has_memory", "0-1\n");
    tree.add("sys/devices/system/node/has_normal_memory", "0\n");
  }
  CHECK_FALSE(tree.facts().numa[1].at_boot);
  CHECK(tree.facts().numa[0].at_boot);
}

namespace {

// The firmware's map of memory, and what was added to it, by their numbers.
void add_map(Tree& tree, const std::vector<std::string>& entries) {
  tree.add("sys/bus/acpi/devices/PNP0C80:00/path", "\\_SB_.MHPC.MP00\n");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto fields = words(entries[i]);
    const auto folder = fmt::format("sys/firmware/memmap/{}/", i);
    tree.add(folder + "start", fmt::format("{}\n", fields[0]));
    tree.add(folder + "end", fmt::format("{}\n", fields[1]));
    tree.add(folder + "type", fields.size() > 2 ? "Reserved\n" : "System RAM\n");
  }
}

}  // namespace

TEST_CASE("a DIMM that is plugged in is not there when the kernel reads its line", "[facts]") {
  // Blocks of 128M: node 0 has 0-2G, node 1 2-4G, and node 2, which has no CPU, 4-6G.
  const auto tree_of = [](const std::vector<std::string>& map) {
    Tree tree;
    tree.node(0, "0-1", 0, 16);
    tree.node(1, "2-3", 16, 16);
    tree.node(2, "", 32, 16);
    if (!map.empty()) add_map(tree, map);
    return tree.facts().numa;
  };
  const std::string low = "0x0 0x7fffffff", all = "0x0 0xffffffff",
                    plugged = "0x100000000 0x17fffffff";
  SECTION("on a node without CPUs") {
    CHECK(tree_of({})[2].at_boot);
    CHECK(tree_of({"0x0 0x17fffffff"})[2].at_boot);
    // Behind a hole it may be the firmware's own.
    CHECK(tree_of({low, plugged})[2].at_boot);
    // What was added before sysfs has the map stands in front of it.
    CHECK_FALSE(tree_of({plugged, all})[2].at_boot);
    CHECK_FALSE(tree_of({"0x140000000 0x17fffffff", "0x100000000 0x13fffffff", all})[2].at_boot);
    // The firmware would have joined the two.
    CHECK_FALSE(tree_of({all, plugged})[2].at_boot);
    CHECK_FALSE(tree_of({all, "0xfd00000000 0xffffffffff reserved", plugged})[2].at_boot);
    // A part of it was plugged in.
    const auto part = tree_of({"0x140000000 0x17fffffff", "0x0 0x13fffffff"})[2];
    CHECK(part.at_boot);
    CHECK(part.late_kb == 1 << 20);
    CHECK(part.ranges == std::vector<MemoryRange>{{4 << 20, 5 << 20}});
  }
  SECTION("on a node that has CPUs and other memory") {
    const auto nodes =
        tree_of({"0xc0000000 0xffffffff", "0x100000000 0x17fffffff", "0x0 0xbfffffff"});
    CHECK(nodes[1].at_boot);
    CHECK(nodes[1].late_kb == 1 << 20);
    CHECK(nodes[1].ranges == std::vector<MemoryRange>{{2 << 20, 3 << 20}});
    CHECK(nodes[1].gigabyte_frames == 1u);
    CHECK(nodes[0].late_kb == 0);
    CHECK_FALSE(nodes[2].at_boot);
  }
}

TEST_CASE("a lower tier than that of the CPUs' memory is slow", "[facts]") {
  Tree tree;
  tree.node(0, "0-3", 0, 16);
  tree.node(1, "", 64, 16);
  tree.add("sys/devices/virtual/memory_tiering/memory_tier4/nodelist", "0\n");
  tree.add("sys/devices/virtual/memory_tiering/memory_tier22/nodelist", "1\n");
  CHECK(tree.facts().numa[1].slow);
  CHECK_FALSE(tree.facts().numa[0].slow);
}

TEST_CASE("proc/iomem shows where the crash kernel's memory lies", "[facts]") {
  Tree tree;
  tree.node(0, "0-3", 0, 16);
  tree.add(
      "proc/iomem",
      "00001000-7fffffff : System RAM\n  2b000000-3affffff : Crash kernel\n"
      "100000000-103fffffff : System RAM\n  fc0000000-fffffffff : Crash kernel\n");
  CHECK(tree.facts().memory.crash_ranges.empty());
  tree.add("sys/kernel/kexec_crash_size", "1073741824\n");
  CHECK(
      tree.facts().memory.crash_ranges ==
      std::vector<MemoryRange>{{0xac000, 0xec000}, {0x3f00000, 0x4000000}});
}

TEST_CASE("the vulnerabilities for which SMT is switched off", "[facts][cpu]") {
  Tree tree;
  CHECK_FALSE(tree.facts().cpu.smt_bugs);
  const auto bug = [&](std::string_view name, std::string_view text) {
    tree.add(fmt::format("{}/vulnerabilities/{}", kCpu, name), fmt::format("{}\n", text));
  };
  bug("mds", "Not affected");
  bug("retbleed", "Mitigation: untrained return thunk; SMT enabled with STIBP protection");
  bug("tsx_async_abort", "Mitigation: TSX disabled");
  CHECK(tree.facts().cpu.smt_bugs == std::vector<std::string>{});
  bug("mds", "Mitigation: Clear CPU buffers; SMT vulnerable");
  bug("l1tf", "Mitigation: PTE Inversion");
  CHECK(tree.facts().cpu.smt_bugs == std::vector<std::string>{"l1tf", "mds"});
  bug("mds", "Mitigation: Clear CPU buffers; SMT disabled");
  CHECK(tree.facts().cpu.smt_bugs == std::vector<std::string>{"l1tf", "mds"});
}

TEST_CASE("idle states have a name and a latency", "[facts][power]") {
  Tree tree;
  unsigned number = 0;
  for (const auto& [name, latency] :
       {std::pair{"POLL", "0"}, {"C1", "1"}, {"C1E", "4"}, {"C6", "170"}}) {
    const auto at = fmt::format("{}/cpu0/cpuidle/state{}/", kCpu, number++);
    tree.add(at + "name", fmt::format("{}\n", name));
    tree.add(at + "latency", fmt::format("{}\n", latency));
  }
  CHECK(
      tree.facts().cpu.idle_states ==
      std::vector<IdleState>{{"POLL", 0}, {"C1", 1}, {"C1E", 4}, {"C6", 170}});
}

TEST_CASE("three kinds of cores", "[facts][cpu]") {
  Tree tree;
  tree.add("sys/devices/cpu_core/cpus", "0-1\n");
  tree.add("sys/devices/cpu_atom/cpus", "2-3\n");
  const auto kinds = [&] {
    std::vector<Cpu::Kind> out;
    for (const auto& cpu : tree.facts().cpu.cpus)
      out.push_back(cpu.kind);
    return out;
  };
  using enum Cpu::Kind;
  CHECK(kinds() == std::vector{performance, performance, efficiency, efficiency});
  SECTION("by a PMU of their own") {
    tree.add("sys/devices/cpu_atom/cpus", "2\n");
    tree.add("sys/devices/cpu_lowpower/cpus", "3\n");
  }
  SECTION("by a cache of their own") {
    for (const auto* cpu : {"0", "1", "2"})
      tree.add(fmt::format("{}/cpu{}/cache/index3/shared_cpu_list", kCpu, cpu), "0-2\n");
    tree.add(fmt::format("{}/cpu3/cache/index2/shared_cpu_list", kCpu), "3\n");
  }
  CHECK(kinds() == std::vector{performance, performance, efficiency, low_power});
}

TEST_CASE("the most that the cache of ZFS takes", "[facts][hugepages]") {
  Tree tree;
  tree.add("proc/meminfo", "MemTotal: 134217728 kB\n");
  CHECK_FALSE(tree.facts().memory.zfs_arc_kb);
  SECTION("by default, where a ZFS is mounted") {
    tree.add("proc/self/mountinfo", "20 1 0:21 / / rw - zfs rpool/ROOT/pve rw\n");
    CHECK(tree.facts().memory.zfs_arc_kb == 67108864u);
    tree.add("sys/module/zfs/version", "2.2.7-pve2\n");
    CHECK(tree.facts().memory.zfs_arc_kb == 67108864u);
    tree.add("sys/module/zfs/version", "2.3.1-pve1\n");
    CHECK(tree.facts().memory.zfs_arc_kb == 134217728u - (1 << 20));
  }
  tree.add("proc/spl/kstat/zfs/arcstats", "c_max                           4    66571993088\n");
  CHECK(tree.facts().memory.zfs_arc_kb == 66571993088u >> 10);
  tree.add("etc/modprobe.d/zfs.conf", "options zfs zfs_arc_max=8589934592\n");
  CHECK(tree.facts().memory.zfs_arc_kb == 8388608u);
}
