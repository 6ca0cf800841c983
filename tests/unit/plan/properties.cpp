// SPDX-License-Identifier: GPL-2.0-or-later
// What holds on every machine, checked on made-up ones: odd core counts, scattered numbering,
// offline CPUs, uneven nodes.
#include "unit/dice.hpp"
#include "unit/plan/machine.hpp"
#include "unit/rounds.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

Facts random_machine(Dice& dice) {
  auto facts =
      Machine{
          .nodes = dice.from(1, 8),
          .cores = dice.from(1, 9),
          .threads = dice.from(1, 4),
          .node_gib = dice.from(0, 96)}
          .facts();
  std::vector<unsigned> names;
  for (const auto& cpu : facts.cpu.cpus)
    names.push_back(cpu.id);
  if (dice.one_in(2)) dice.shuffle(names);
  const auto renamed = [&](const CpuSet& cpus) {
    CpuSet out;
    for (auto id : cpus.members())
      out.insert(names[id]);
    return out;
  };
  CpuSet gone;
  for (auto& cpu : facts.cpu.cpus) {
    cpu.siblings = renamed(cpu.siblings);
    cpu.id = names[cpu.id];
    if (dice.one_in(16)) cpu.kind = Cpu::Kind::efficiency;
    if (dice.one_in(12)) gone.insert(cpu.id);
  }
  if (gone == facts.cpu.online) gone = {};
  facts.cpu.online -= gone;
  std::erase_if(facts.cpu.cpus, [&](const Cpu& cpu) { return gone.contains(cpu.id); });
  for (auto& cpu : facts.cpu.cpus)
    cpu.siblings -= gone;
  for (auto& node : facts.numa) {
    node.cpus = renamed(node.cpus) - gone;
    if (dice.one_in(6))
      node.total_kb = 0;
    else if (dice.one_in(2))
      node.total_kb = dice.from(0, 200u << 20);
    if (dice.one_in(3)) node.gigabyte_frames = dice.from(0, 64);
  }
  if (dice.one_in(3)) facts.memory.crashkernel_bytes = std::uint64_t{dice.from(0, 4)} << 29;
  if (dice.one_in(5)) facts.kernels[0].version = {5, dice.from(4, 18)};
  return facts;
}

}  // namespace

TEST_CASE(
    "on any machine: no core split, all CPUs taken once, boot core and enough cores reserved, "
    "pages within memory",
    "[report][cpu]") {
  unsigned planned = 0;
  for (unsigned seed = 0; seed < vfirst::test::rounds(3000); ++seed) {
    Dice dice(seed);
    const auto facts = random_machine(dice);
    const auto wanted = dice.from(1, 3);
    const auto percent = dice.from(1, 100);
    const auto text = fmt::format(
        "[cpu]\nreserved-cores-per-node = {}\nisolate = yes\n[hugepages]\nsize = {}\nper-node = "
        "{}%\nhost-reserve = 1G\n",
        wanted, dice.one_in(3) ? "2M" : "1G", percent);
    INFO("seed " << seed << "\n" << text);
    const auto made = make_plan(facts, policy(text));
    if (!made) {
      // no CPU left to isolate: the only reason
      REQUIRE(made.error().what.find("leave") != std::string::npos);
      continue;
    }
    ++planned;
    const auto& p = *made;
    // CPUs that are offline now join their core where their numbers tell which it is.
    REQUIRE((p.reserved | p.isolated).contains(facts.cpu.online));
    REQUIRE(facts.cpu.present.contains(p.reserved | p.isolated));
    REQUIRE_FALSE(p.reserved.intersects(p.isolated));
    // The boot core of the next boot.
    REQUIRE(p.reserved.contains(*(p.reserved | p.isolated).first()));
    for (const auto& cpu : facts.cpu.cpus)
      REQUIRE((p.reserved.contains(cpu.siblings) || p.isolated.contains(cpu.siblings)));
    for (const auto& node : facts.numa) {
      std::vector<CpuSet> all, kept;
      for (const auto& cpu : facts.cpu.cpus) {
        if (!node.cpus.contains(cpu.id) || *cpu.siblings.first() != cpu.id) continue;
        all.push_back(cpu.siblings);
        if (p.reserved.contains(cpu.siblings)) kept.push_back(cpu.siblings);
      }
      REQUIRE(kept.size() >= std::min<std::size_t>(wanted, all.size()));
    }
    for (const auto& pages : p.hugepages) {
      const auto& node = *std::ranges::find(facts.numa, pages.node, &NumaNode::id);
      REQUIRE(pages.pages * pages.size_kb + (1 << 20) <= node.total_kb);
      if (node.gigabyte_frames && pages.size_kb == 1 << 20)
        REQUIRE(pages.pages <= *node.gigabyte_frames);
    }
    REQUIRE(p.cmdline().size() < 2048);
  }
  CHECK(planned > vfirst::test::rounds(1500));
}
