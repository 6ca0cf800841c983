// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/plan/machine.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {
constexpr auto kIsolate = "[cpu]\nreserved-cores-per-node = 1\nisolate = yes\n";
}

TEST_CASE(
    "one whole core on every node stays with the host, SMT siblings and all", "[cpu][report]") {
  const auto p = plan(Machine{.nodes = 2, .cores = 8, .threads = 2}.facts(), kIsolate);
  CHECK(p.reserved.list() == "0,8,16,24");
  CHECK(p.isolated.list() == "1-7,9-15,17-23,25-31");
}

TEST_CASE(
    "isolcpus, nohz_full and rcu_nocbs carry one literal list, irqaffinity its complement over the "
    "possible CPUs",
    "[cpu][report][irq]") {
  auto facts = Machine{.nodes = 1, .cores = 4, .threads = 1}.facts();
  facts.cpu.possible = CpuSet::range(0, 7);
  const auto p = plan(facts, kIsolate);
  CHECK(
      p.cmdline() ==
      "isolcpus=managed_irq,domain,1-3 nohz_full=1-3 rcu_nocbs=1-3 irqaffinity=0,4-7");
  CHECK(p.kargs[0].policy.str() == "p.ini:3");
}

TEST_CASE(
    "a kernel before 5.6 gets isolcpus without flags, which it would not understand",
    "[cpu][report]") {
  const auto p = plan(Machine{.nodes = 1, .cores = 4, .threads = 1}.facts(), kIsolate, "5.4.0-150");
  CHECK(p.kargs[0].text() == "isolcpus=1-3");
  CHECK(finding(p, "isolcpus-no-flags"));
}

TEST_CASE(
    "without isolate the host keeps every CPU and no argument is planned",
    "[cpu][report][kernel-arguments]") {
  const auto p = plan(Machine{}.facts(), "[cpu]\nreserved-cores-per-node = 1\n");
  CHECK(p.reserved == Machine{}.facts().cpu.online);
  CHECK(p.isolated.empty());
  CHECK(p.cmdline().empty());
  CHECK(p.steps.empty());
}

TEST_CASE(
    "the boot core is that of the lowest online CPU where CPU 0 is offline", "[cpu][report]") {
  auto facts = Machine{.nodes = 1, .cores = 4, .threads = 2}.facts();
  facts.cpu.online.erase(0);
  facts.cpu.online.erase(4);
  std::erase_if(facts.cpu.cpus, [](const Cpu& cpu) { return cpu.id == 0 || cpu.id == 4; });
  const auto p = plan(facts, kIsolate);
  CHECK(p.reserved.list() == "1,5");
  CHECK(p.isolated.list() == "2-3,6-7");
  CHECK(
      message(p, "cpus-offline") ==
      "CPUs 0,4 are present but offline: they are neither reserved nor isolated, and the host uses "
      "them once they are online");
  CHECK(p.kargs.back().text() == "irqaffinity=0-1,4-5");
}

TEST_CASE(
    "a hybrid part gives the host its efficiency cores, and the boot core as well",
    "[cpu][report]") {
  auto facts = Machine{.nodes = 1, .cores = 8, .threads = 1}.facts();
  for (auto& cpu : facts.cpu.cpus)
    cpu.kind = cpu.id < 4 ? Cpu::Kind::performance : Cpu::Kind::efficiency;
  CHECK(
      plan(facts, "[cpu]\nreserved-cores-per-node = 3\nisolate = yes\n").reserved.list() ==
      "0,4-5");
}

TEST_CASE("a node with too few cores keeps them all and says so", "[cpu][report]") {
  auto facts = Machine{.nodes = 2, .cores = 4, .threads = 1}.facts();
  facts.numa[1].cpus = CpuSet{7};
  facts.numa[0].cpus = CpuSet::range(0, 6);
  const auto p = plan(facts, "[cpu]\nreserved-cores-per-node = 2\nisolate = yes\n");
  CHECK(p.reserved.list() == "0-1,7");
  CHECK(
      message(p, "node-short-of-cores") ==
      "node 1 has 1 core, and 2 are to be reserved: the host keeps the whole node");
  CHECK(
      message(p, "node-without-isolated") ==
      "node 1 has no isolated CPU: the host keeps its 1 core");
}

TEST_CASE("nothing left to isolate is refused", "[cpu][report]") {
  CHECK(
      refusal(Machine{.nodes = 2, .cores = 1, .threads = 2}.facts(), kIsolate) ==
      "p.ini:2: isolate = yes: 1 reserved core per node leaves no CPU to isolate; the machine "
      "has 2 cores on 2 nodes");
}

TEST_CASE("a memory node without CPUs needs no reserved core", "[cpu][report]") {
  auto facts = Machine{.nodes = 1, .cores = 4, .threads = 1}.facts();
  NumaNode pmem;
  pmem.id = 3;
  pmem.total_kb = 1 << 20;
  facts.numa.push_back(pmem);
  CHECK(plan(facts, kIsolate).reserved.list() == "0");
}

TEST_CASE("siblings that contradict each other are one core", "[cpu][report]") {
  auto facts = Machine{.nodes = 1, .cores = 4, .threads = 1}.facts();
  // and 3 says it is alone
  facts.cpu.cpus[1].siblings = CpuSet{1, 3};
  CHECK(
      plan(facts, "[cpu]\nreserved-cores-per-node = 2\nisolate = yes\n").reserved.list() ==
      "0-1,3");
}

TEST_CASE("a literal list is read with the kernel's grammar and taken as it is", "[cpu][report]") {
  const auto p = plan(
      Machine{.nodes = 2, .cores = 4, .threads = 2}.facts(),
      "[cpu]\nreserved = 0-1,4,8-9,12\nisolate = yes\n");
  CHECK(p.reserved.list() == "0-1,4,8-9,12");
  CHECK(
      plan(
          Machine{.nodes = 1, .cores = 4, .threads = 1}.facts(),
          "[cpu]\nreserved = 0-N:1/2\nisolate = yes\n")
          .reserved.list() == "0,2");
}

TEST_CASE(
    "a literal list that splits a core, leaves out the boot core or a node, or names no CPU of "
    "this machine is refused",
    "[cpu][report]") {
  const auto facts = Machine{.nodes = 2, .cores = 4, .threads = 2}.facts();
  const auto with = [&](std::string_view list) {
    return refusal(facts, fmt::format("[cpu]\nisolate = yes\nreserved = {}\n", list));
  };
  CHECK(
      with("0,4,8") ==
      "p.ini:3: reserved = 0,4,8: the list splits the core of CPUs 4,12; 12 is missing");
  CHECK(
      with("1,4,9,12") ==
      "p.ini:3: reserved = 1,4,9,12: the boot core (CPU 0,8) must be in the list");
  CHECK(
      with("0-1,8-9") ==
      "p.ini:3: reserved = 0-1,8-9: the list has no CPU of node 1 (4-7,12-15), whose interrupts "
      "need one");
  CHECK(with("0,4,8,12,16").starts_with("p.ini:3: reserved = 0,4,8,12,16: "));
}

TEST_CASE("a CPU that no node claims is planned all the same", "[cpu][report]") {
  auto facts = Machine{.nodes = 1, .cores = 4, .threads = 1}.facts();
  facts.numa[0].cpus = CpuSet{0, 1};
  const auto p = plan(facts, kIsolate);
  CHECK((p.reserved | p.isolated) == facts.cpu.online);
  facts.numa.clear();
  CHECK((plan(facts, kIsolate).isolated.list() == "1-3"));
}
