// SPDX-License-Identifier: GPL-2.0-or-later
// What must hold of any machine, on every captured one.
#include "unit/captures.hpp"
#include "facts/read.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using vfirst::test::Captures;

TEST_CASE(
    "every captured machine has CPUs in cores and nodes that agree with each other",
    "[facts][cpu]") {
  for (const auto& tree : Captures::all()) {
    INFO(tree.name);
    const auto facts = read_facts(*Root::open(tree.path));
    REQUIRE(facts);
    CHECK(facts->cpu.topology_source.empty());
    CHECK(facts->cpu.cpus.size() == facts->cpu.online.size());
    CpuSet of_nodes;
    for (const auto& node : facts->numa) {
      CHECK(!of_nodes.intersects(node.cpus));
      of_nodes |= node.cpus;
      CHECK((node.distances.empty() || node.distances.size() == facts->numa.size()));
    }
    CHECK(of_nodes == facts->cpu.online);
    for (const auto& cpu : facts->cpu.cpus) {
      CHECK(cpu.siblings.contains(cpu.id));
      CHECK(facts->cpu.online.contains(cpu.siblings));
      for (auto other : cpu.siblings.members())
        CHECK(facts->cpu_at(other)->siblings == cpu.siblings);
      CHECK(cpu.l3.contains(cpu.siblings));
      REQUIRE(facts->node(static_cast<unsigned>(cpu.node)));
      CHECK(facts->node(static_cast<unsigned>(cpu.node))->cpus.contains(cpu.id));
    }
    CHECK((facts->cpu.vendor == "intel" || facts->cpu.vendor == "amd"));
  }
}

TEST_CASE("each captured machine has the shape that its name promises", "[facts]") {
  struct Shape {
    std::string_view name;
    std::size_t cpus, cores, nodes;
  };
  const Shape shapes[] = {
      {"16em64t-4s2c2t", 16, 8, 1},
      {"32amd64-4s2n4c-cgroup2", 32, 32, 8},
      {"40intel64-4n10c+pci-conflicts", 40, 40, 4},
      {"48amd64-4pa2n6c-sparse", 48, 48, 8},
      {"64amd64-4s2n4ca2co", 64, 32, 8},
      {"8em64t-2s2ca2c-buggynuma", 8, 8, 8},
      {"96em64t-4no4pa3ca2co", 96, 96, 4},
      {"offline-cpu0-node0", 17, 17, 2},
      {"x86_64-64cpu", 64, 32, 3}};
  for (const auto& tree : Captures::all()) {
    for (const auto& shape : shapes) {
      if (tree.name != shape.name) continue;
      INFO(tree.name);
      const auto facts = read_facts(*Root::open(tree.path));
      REQUIRE(facts);
      std::size_t cores = 0;
      for (const auto& cpu : facts->cpu.cpus)
        cores += cpu.siblings.first() == cpu.id;
      CHECK(facts->cpu.online.size() == shape.cpus);
      CHECK(cores == shape.cores);
      CHECK(facts->numa.size() == shape.nodes);
    }
  }
}
