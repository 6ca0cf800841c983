// SPDX-License-Identifier: GPL-2.0-or-later
// Caches, kinds of cores, devices on nodes that are not there, and the cache of ZFS.
#include "unit/plan/machine.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

// Cores in caches of so many, numbered one behind the other.
Facts with_caches(unsigned cores, unsigned in_a_cache, unsigned nodes = 1) {
  auto facts = Machine{.nodes = nodes, .cores = cores, .vendor = "amd"}.facts();
  const auto all = nodes * cores;
  for (auto& cpu : facts.cpu.cpus) {
    const auto first = cpu.id % all / in_a_cache * in_a_cache;
    for (unsigned i = 0; i < in_a_cache; ++i)
      cpu.l3 |= CpuSet{first + i, all + first + i};
  }
  return facts;
}

Plan reserving(const Facts& facts, unsigned cores) {
  return plan(facts, fmt::format("[cpu]\nreserved-cores-per-node = {}\nisolate = yes\n", cores));
}

// Six large cores, eight small ones, two slow ones: Arrow Lake-H.
Facts arrow_lake() {
  auto facts = Machine{.nodes = 1, .cores = 16, .threads = 1}.facts();
  for (auto& cpu : facts.cpu.cpus)
    cpu.kind = cpu.id < 6    ? Cpu::Kind::performance
               : cpu.id < 14 ? Cpu::Kind::efficiency
                             : Cpu::Kind::low_power;
  return facts;
}

}  // namespace

TEST_CASE("reserved cores that end inside a cache are a note with the whole numbers", "[cpu]") {
  CHECK(
      message(reserving(with_caches(16, 8), 2), "l3-shared") ==
      "p.ini:2: node 0: its 2 reserved cores end inside a last-level cache (CPUs 0-7,16-23), which "
      "guests share with the host: reserved-cores-per-node = 8 keeps caches whole");
  CHECK(message(reserving(with_caches(24, 8), 9), "l3-shared")
            .contains("reserved-cores-per-node = 8 or 16 keeps caches whole"));
  CHECK_FALSE(finding(reserving(with_caches(16, 8), 8), "l3-shared"));
  // One cache a node, or a cache a core.
  CHECK_FALSE(finding(reserving(with_caches(8, 8, 2), 2), "l3-shared"));
  CHECK_FALSE(finding(reserving(with_caches(8, 1), 2), "l3-shared"));
  CHECK(
      message(plan(with_caches(16, 8), "[cpu]\nreserved = 0-1,16-17\nisolate = yes\n"), "l3-shared")
          .contains("whole caches are 8 cores"));
}

TEST_CASE("one cache is filled before the next", "[cpu]") {
  // Cores of two caches in turn: the even ones share one.
  auto facts = Machine{.nodes = 1, .cores = 8, .threads = 1, .vendor = "amd"}.facts();
  for (auto& cpu : facts.cpu.cpus)
    cpu.l3 = cpu.id % 2 ? CpuSet{1, 3, 5, 7} : CpuSet{0, 2, 4, 6};
  CHECK(reserving(facts, 4).reserved.list() == "0,2,4,6");
  CHECK(reserving(facts, 5).reserved.list() == "0-2,4,6");
  CHECK(reserving(facts, 2).reserved.list() == "0,2");
}

TEST_CASE("the slowest of three kinds of cores are the host's first", "[cpu]") {
  CHECK(reserving(arrow_lake(), 3).reserved.list() == "0,14-15");
  CHECK(reserving(arrow_lake(), 4).reserved.list() == "0,6,14-15");
  CHECK(
      message(reserving(arrow_lake(), 3), "isolated-kinds") ==
      "the isolated CPUs are not equally fast: 1-5 are performance cores, 6-13 are efficiency "
      "cores; pin each guest to cores of one kind");
  CHECK_FALSE(finding(reserving(arrow_lake(), 11), "isolated-kinds"));
  CHECK_FALSE(finding(reserving(Machine{}.facts(), 1), "isolated-kinds"));
}

TEST_CASE("a PF on a node that is not there is said, and its memory is charged", "[cpu]") {
  auto facts = Machine{}.facts();
  facts.pci = {nic("0000:01:00.0", 7)};
  const auto text =
      "[cpu]\nisolate = yes\n[hugepages]\nsize = 1G\nper-node = 100%\n[pf uplink]\npci = "
      "0000:01:00.0\nvfs = 7\nirq = local-reserved\n";
  const auto made = plan(facts, text);
  CHECK(message(made, "device-node-missing").contains("node 7, and this machine has nodes 0, 1"));
  for (const auto& step : made.steps)
    CHECK_FALSE(step.because.contains("near node"));
  CHECK_FALSE(finding(made, "vf-remote-node"));
  for (const auto& arg : made.kargs)
    if (arg.is("hugepages") && arg.value->contains(':')) {
      CHECK(arg.because.contains("drivers"));
      CHECK(arg.because.find("drivers") < arg.because.find("node 1"));
    }
  facts.pci = {nic("0000:01:00.0", 1)};
  CHECK_FALSE(finding(plan(facts, text), "device-node-missing"));
  CHECK_FALSE(finding(plan(facts, text), "device-node-unknown"));
}

TEST_CASE("a PF without a node is said where there are several", "[cpu]") {
  auto facts = Machine{}.facts();
  facts.pci = {nic("0000:01:00.0", -1)};
  const auto text =
      "[cpu]\nisolate = yes\n[pf uplink]\ndriver = igb\nvfs = 7\nirq = "
      "local-reserved\n";
  CHECK(message(plan(facts, text), "device-node-unknown").contains("counts against node 0"));
  facts = Machine{.nodes = 1}.facts();
  facts.pci = {nic("0000:01:00.0", -1)};
  CHECK_FALSE(finding(plan(facts, text), "device-node-unknown"));
}

TEST_CASE("nodes that share a cache, and caches that are nodes", "[cpu]") {
  // SNC: one cache of two nodes.
  auto facts = with_caches(16, 32, 2);
  CHECK_FALSE(finding(reserving(facts, 2), "l3-shared"));
  // A cache a node.
  facts = with_caches(8, 8, 4);
  CHECK_FALSE(finding(reserving(facts, 1), "l3-shared"));
  // NPS2 of caches of 8: two in each node.
  facts = with_caches(16, 8, 2);
  CHECK(message(reserving(facts, 4), "l3-shared").contains("reserved-cores-per-node = 8"));
  // Three cores in each, as of parts with cores switched off.
  facts = with_caches(12, 3);
  CHECK(message(reserving(facts, 4), "l3-shared").contains("3 or 6"));
}

TEST_CASE("the cache of ZFS and the pages must fit beside each other", "[hugepages]") {
  auto facts = Machine{.nodes = 1, .node_gib = 128}.facts();
  const auto text = [](unsigned pages, std::string_view extra = "quiet") {
    return fmt::format(
        "[hugepages]\nsize = 1G\nper-node = {}\n[kernel]\nextra = {}\n", pages, extra);
  };
  CHECK_FALSE(finding(plan(facts, text(97)), "zfs-arc"));
  facts.memory.zfs_arc_kb = 62 << 20;
  CHECK(
      message(plan(facts, text(97)), "zfs-arc") ==
      "the cache of ZFS (ARC) may grow to 62.0G, and 97.0G of hugepages leave the host 31.0G: set "
      "zfs.zfs_arc_max=16642998272 in [kernel] extra, or zfs_arc_max in /etc/modprobe.d, or plan "
      "fewer pages");
  // What it names mends it.
  CHECK_FALSE(finding(plan(facts, text(97, "zfs.zfs_arc_max=16642998272")), "zfs-arc"));
  CHECK(finding(plan(facts, text(97, "zfs.zfs_arc_max=20000000000")), "zfs-arc"));
  facts.memory.zfs_arc_kb = 8 << 20;
  CHECK_FALSE(finding(plan(facts, text(97)), "zfs-arc"));
  facts.boot.cmdline = "zfs.zfs_arc_max=34359738368";
  CHECK(finding(plan(facts, text(97)), "zfs-arc"));
}
