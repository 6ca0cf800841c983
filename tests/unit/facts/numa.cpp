// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/read.hpp"
#include "unit/tree.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using vfirst::test::TempTree;

namespace {

Facts facts_of(const TempTree& tree) {
  auto facts = read_facts(tree.root());
  REQUIRE(facts);
  return std::move(*facts);
}

bool has_gap(const Facts& facts, const std::string& gap) {
  return std::find(facts.gaps.begin(), facts.gaps.end(), gap) != facts.gaps.end();
}

std::string meminfo(unsigned node, unsigned long total_kb) {
  return fmt::format(
      "\nNode {0} MemTotal:       {1} kB\nNode {0} MemFree:        {2} kB\n", node, total_kb,
      total_kb / 2);
}

TempTree two_nodes() {
  return TempTree{
      {"sys/devices/system/cpu/online", "0-3\n"},
      {"sys/devices/system/node/node0/cpulist", "0-1\n"},
      {"sys/devices/system/node/node0/meminfo", meminfo(0, 4194304)},
      {"sys/devices/system/node/node0/distance", "10 21\n"},
      {"sys/devices/system/node/node2/cpulist", "2-3\n"},
      {"sys/devices/system/node/node2/meminfo", meminfo(2, 8388608)},
      {"sys/devices/system/node/node2/distance", "21 10\n"}};
}

}  // namespace

TEST_CASE("nodes have CPUs, memory and distances, whatever their numbers", "[facts][cpu]") {
  const auto facts = facts_of(two_nodes());
  REQUIRE(facts.numa.size() == 2);
  CHECK(facts.numa[1].id == 2);
  CHECK(facts.numa[1].cpus.list() == "2-3");
  CHECK(facts.numa[1].total_kb == 8388608);
  CHECK(facts.numa[1].free_kb == 4194304);
  CHECK(facts.numa[1].distances == std::vector<unsigned>{21, 10});
  CHECK(facts.cpu_at(3)->node == 2);
  CHECK(facts.node(2) == &facts.numa[1]);
  CHECK(facts.node(1) == nullptr);
}

TEST_CASE("a mask of CPUs does for a list", "[facts][cpu]") {
  auto tree = two_nodes();
  tree.remove("sys/devices/system/node/node2/cpulist");
  tree.add("sys/devices/system/node/node2/cpumap", "00000000,0000000c\n");
  CHECK(facts_of(tree).numa[1].cpus.list() == "2-3");
}

TEST_CASE("a node without CPUs and a node without memory are nodes", "[facts][cpu]") {
  auto tree = two_nodes();
  tree.add(
      {{"sys/devices/system/node/node0/cpulist", "0-3\n"},
       {"sys/devices/system/node/node0/meminfo", meminfo(0, 0)},
       {"sys/devices/system/node/node2/cpulist", "\n"}});
  const auto facts = facts_of(tree);
  CHECK(facts.numa[0].total_kb == 0);
  CHECK(facts.numa[0].memory_known);
  CHECK(facts.numa[1].cpus.empty());
  CHECK(facts.numa[1].total_kb == 8388608);
}

TEST_CASE("a CPU that several nodes list belongs to the lowest one", "[facts][cpu]") {
  auto tree = two_nodes();
  tree.add(
      {{"sys/devices/system/node/node0/cpulist", "0-3\n"},
       {"sys/devices/system/node/node2/cpulist", "0-3\n"}});
  const auto facts = facts_of(tree);
  CHECK(facts.numa[0].cpus.list() == "0-3");
  CHECK(facts.numa[1].cpus.empty());
  CHECK(facts.cpu_at(3)->node == 0);
  CHECK(has_gap(facts, "CPUs 0-3: several nodes list them, the lowest one has them here"));
}

TEST_CASE(
    "a node that only its CPUs' links know has those CPUs and unknown memory", "[facts][cpu]") {
  auto tree = two_nodes();
  tree.remove("sys/devices/system/node/node0");
  tree.add(
      {{"sys/devices/system/cpu/cpu0/node0", "-> ../../node/node0"},
       {"sys/devices/system/cpu/cpu1/node0", "-> ../../node/node0"}});
  const auto facts = facts_of(tree);
  REQUIRE(facts.numa.size() == 2);
  CHECK(facts.numa[0].cpus.list() == "0-1");
  CHECK(!facts.numa[0].memory_known);
  CHECK(has_gap(facts, "node 0: its files are not shown, only its CPUs' links to it"));
}

TEST_CASE("a machine without node files is one node with all the memory", "[facts][cpu]") {
  const auto facts = facts_of(
      {{"sys/devices/system/cpu/online", "0-3\n"},
       {"proc/meminfo", "MemTotal:       16384 kB\nHugepagesize:       2048 kB\n"}});
  REQUIRE(facts.numa.size() == 1);
  CHECK(facts.numa[0].cpus.list() == "0-3");
  CHECK(facts.numa[0].total_kb == 16384);
  CHECK(facts.memory.default_hugepage_kb == 2048);
  CHECK(facts.cpu_at(2)->node == 0);
}

TEST_CASE("hugepage pools are read for each size the kernel has", "[facts][cpu][hugepages]") {
  auto tree = two_nodes();
  tree.add(
      {{"sys/kernel/mm/hugepages/hugepages-2048kB/", ""},
       {"sys/kernel/mm/hugepages/hugepages-1048576kB/", ""},
       {"sys/devices/system/node/node0/hugepages/hugepages-1048576kB/nr_hugepages", "3\n"},
       {"sys/devices/system/node/node0/hugepages/hugepages-1048576kB/free_hugepages", "2\n"}});
  const auto facts = facts_of(tree);
  CHECK(facts.memory.hugepage_sizes_kb == std::vector<std::uint64_t>{2048, 1048576});
  CHECK(facts.numa[0].pools == std::vector<HugepagePool>{{1048576, 3, 2}});
}

TEST_CASE(
    "1 GiB frames count where the node's blocks cover them whole, the lowest frame never",
    "[facts][cpu]") {
  auto tree = two_nodes();
  // 512 MiB
  tree.add("sys/devices/system/memory/block_size_bytes", "20000000\n");
  // Node 0: frame 0, frame 1, half of frame 2. Node 2: the other half, frame 4.
  for (unsigned block : {0, 1, 2, 3, 4})
    tree.add(
        fmt::format("sys/devices/system/node/node0/memory{}", block),
        fmt::format("-> ../../memory/memory{}", block));
  for (unsigned block : {5, 8, 9})
    tree.add(
        fmt::format("sys/devices/system/node/node2/memory{}", block),
        fmt::format("-> ../../memory/memory{}", block));
  auto facts = facts_of(tree);
  CHECK(facts.numa[0].gigabyte_frames == 1);
  CHECK(facts.numa[1].gigabyte_frames == 1);

  // 2 GiB: blocks 0 to 4 are frames 0 to 9
  tree.add("sys/devices/system/memory/block_size_bytes", "80000000\n");
  facts = facts_of(tree);
  CHECK(facts.numa[0].gigabyte_frames == 9);
  CHECK(facts.numa[1].gigabyte_frames == 6);
}

TEST_CASE(
    "the fingerprint follows CPUs and installed memory, not what is free or what the kernel "
    "keeps",
    "[facts][cpu]") {
  auto tree = two_nodes();
  const auto before = facts_of(tree).fingerprint();
  tree.add(
      "sys/devices/system/node/node2/meminfo",
      "Node 2 MemTotal: 8200000 kB\nNode 2 MemFree: 1 kB\n");
  CHECK(facts_of(tree).fingerprint() == before);
  tree.add("sys/devices/system/node/node2/meminfo", meminfo(2, 4194304));
  CHECK(facts_of(tree).fingerprint() != before);
  tree.add("sys/devices/system/node/node2/meminfo", meminfo(2, 8388608));
  CHECK(facts_of(tree).fingerprint() == before);
  tree.add("sys/devices/system/node/node0/cpulist", "0\n");
  CHECK(facts_of(tree).fingerprint() != before);
}
