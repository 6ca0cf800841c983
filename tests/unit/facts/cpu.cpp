// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/read.hpp"
#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using vfirst::test::TempTree;

namespace {

CpuFacts cpus(const TempTree& tree) {
  const auto facts = read_facts(tree.root());
  REQUIRE(facts);
  return facts->cpu;
}

// Two cores of two threads, numbered as Intel does: siblings 0,2 and 1,3.
TempTree two_cores() {
  TempTree tree{
      {"sys/devices/system/cpu/online", "0-3\n"},
      {"sys/devices/system/cpu/present", "0-3\n"},
      {"sys/devices/system/cpu/possible", "0-7\n"}};
  for (unsigned cpu = 0; cpu < 4; ++cpu) {
    const auto at = fmt::format("sys/devices/system/cpu/cpu{}/", cpu);
    tree.add(at + "topology/thread_siblings_list", cpu % 2 ? "1,3\n" : "0,2\n");
    tree.add(at + "topology/core_id", cpu % 2 ? "4\n" : "0\n");
    tree.add(at + "topology/physical_package_id", "0\n");
    tree.add(at + "topology/die_id", "0\n");
    tree.add(at + "cache/index0/shared_cpu_list", cpu % 2 ? "1,3\n" : "0,2\n");
    tree.add(at + "cache/index3/shared_cpu_list", "0-3\n");
  }
  return tree;
}

}  // namespace

TEST_CASE("packages, dies, cores, siblings and the last-level cache are read", "[facts][cpu]") {
  const auto facts = cpus(two_cores());
  CHECK(facts.online.list() == "0-3");
  CHECK(facts.possible.list() == "0-7");
  REQUIRE(facts.cpus.size() == 4);
  CHECK(facts.cpus[3].siblings.list() == "1,3");
  CHECK(facts.cpus[3].core == 4);
  CHECK(facts.cpus[3].die == 0);
  CHECK(facts.cpus[3].package == 0);
  CHECK(facts.cpus[3].l3.list() == "0-3");
  CHECK(facts.topology_source.empty());
}

TEST_CASE("an old kernel's masks tell the same as lists", "[facts][cpu]") {
  auto tree = two_cores();
  for (unsigned cpu = 0; cpu < 4; ++cpu) {
    const auto at = fmt::format("sys/devices/system/cpu/cpu{}/", cpu);
    tree.remove(at + "topology/thread_siblings_list");
    tree.remove(at + "topology/die_id");
    tree.remove(at + "cache/index3/shared_cpu_list");
    tree.add(
        at + "topology/thread_siblings", cpu % 2 ? "00000000,0000000a\n" : "00000000,00000005\n");
    tree.add(at + "cache/index3/shared_cpu_map", "0000000f\n");
  }
  const auto facts = cpus(tree);
  CHECK(facts.cpus[0].siblings.list() == "0,2");
  CHECK(facts.cpus[0].die == -1);
  CHECK(facts.cpus[2].l3.list() == "0-3");
}

TEST_CASE("siblings that are offline do not count", "[facts][cpu]") {
  auto tree = two_cores();
  tree.add("sys/devices/system/cpu/online", "1-3\n");
  const auto facts = cpus(tree);
  REQUIRE(facts.cpus.size() == 3);
  CHECK(facts.cpus[1].id == 2);
  CHECK(facts.cpus[1].siblings.list() == "2");
  CHECK(facts.cpus[1].l3.list() == "1-3");
}

TEST_CASE("without an online list the CPUs' own files say who is on", "[facts][cpu]") {
  auto tree = two_cores();
  tree.remove("sys/devices/system/cpu/online");
  tree.remove("sys/devices/system/cpu/present");
  tree.remove("sys/devices/system/cpu/possible");
  SECTION("by their switch") {
    tree.add(
        {{"sys/devices/system/cpu/cpu1/online", "1\n"},
         {"sys/devices/system/cpu/cpu2/online", "1\n"},
         {"sys/devices/system/cpu/cpu3/online", "0\n"}});
  }
  SECTION("by their topology, which an offline CPU has not") {
    tree.remove("sys/devices/system/cpu/cpu3/topology");
    for (unsigned cpu : {0, 1, 2})
      tree.add(
          fmt::format("sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu),
          cpu == 1 ? "1\n" : "0,2\n");
  }
  const auto facts = cpus(tree);
  CHECK(facts.online.list() == "0-2");
  CHECK(facts.cpus.size() == 3);
  CHECK(facts.present.list() == "0-3");
  CHECK(facts.possible.list() == "0-3");
}

TEST_CASE("without topology files proc/cpuinfo tells cores, and the facts say so", "[facts][cpu]") {
  TempTree tree{
      {"sys/devices/system/cpu/online", "0-2\n"},
      {"proc/cpuinfo",
       "processor\t: 0\nvendor_id\t: GenuineIntel\nphysical id\t: 0\ncore id\t: 1\n\n"
       "processor\t: 1\nphysical id\t: 1\ncore id\t: 1\n\nprocessor\t: 2\nphysical id\t: "
       "0\ncore id\t: 1\n"}};
  const auto facts = cpus(tree);
  CHECK(facts.cpus[0].siblings.list() == "0,2");
  CHECK(facts.cpus[1].siblings.list() == "1");
  CHECK(facts.cpus[1].package == 1);
  CHECK(facts.topology_source == "no topology files: packages and cores are those of proc/cpuinfo");
}

TEST_CASE("with neither, every CPU counts as a core", "[facts][cpu]") {
  const auto facts = cpus(TempTree{{"sys/devices/system/cpu/online", "0-1\n"}});
  CHECK(facts.cpus[1].siblings.list() == "1");
  CHECK(
      facts.topology_source ==
      "no topology files and no core ids in proc/cpuinfo: every CPU counts as a core");
}

TEST_CASE("hybrid CPUs are told apart by their PMUs or by capacity", "[facts][cpu]") {
  auto tree = two_cores();
  SECTION("x86") {
    tree.add({{"sys/devices/cpu_core/cpus", "0,2\n"}, {"sys/devices/cpu_atom/cpus", "1,3\n"}});
  }
  SECTION("arm64") {
    for (unsigned cpu = 0; cpu < 4; ++cpu)
      tree.add(
          fmt::format("sys/devices/system/cpu/cpu{}/cpu_capacity", cpu),
          cpu % 2 ? "446\n" : "1024\n");
  }
  const auto facts = cpus(tree);
  CHECK(facts.cpus[0].kind == Cpu::Kind::performance);
  CHECK(facts.cpus[1].kind == Cpu::Kind::efficiency);
}

TEST_CASE("equal capacities are no hybrid", "[facts][cpu]") {
  auto tree = two_cores();
  for (unsigned cpu = 0; cpu < 4; ++cpu)
    tree.add(fmt::format("sys/devices/system/cpu/cpu{}/cpu_capacity", cpu), "1024\n");
  CHECK(cpus(tree).cpus[0].kind == Cpu::Kind::uniform);
}

TEST_CASE("vendor, 1G pages and what the running kernel isolates", "[facts][cpu][hugepages]") {
  auto tree = two_cores();
  tree.add(
      {{"proc/cpuinfo",
        "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC 9354\nflags\t\t: "
        "fpu lm pdpe1gb svm\n"},
       {"sys/devices/system/cpu/isolated", "2-3\n"},
       {"sys/devices/system/cpu/nohz_full", "(null)\n"},
       {"sys/devices/system/cpu/smt/active", "1\n"}});
  const auto facts = cpus(tree);
  CHECK(facts.vendor == "amd");
  CHECK(facts.model == "AMD EPYC 9354");
  CHECK(facts.architecture == "x86_64");
  CHECK(facts.gigabyte_pages == true);
  CHECK(facts.isolated.list() == "2-3");
  CHECK(facts.nohz_full.empty());
  CHECK(facts.smt_active == true);
}

TEST_CASE("a tree without CPUs is refused", "[facts][cpu]") {
  const auto facts = read_facts(TempTree{{"sys/", ""}}.root());
  REQUIRE(!facts);
  CHECK(facts.error().what == "sys/devices/system/cpu: this tree shows no CPU");
}
