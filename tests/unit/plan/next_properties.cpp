// SPDX-License-Identifier: GPL-2.0-or-later
// On made-up machines with words of others on their command line, the simulated kernel gives what
// the plan promises, and the booted host has the same plan.
#include "unit/dice.hpp"
#include "unit/plan/booted.hpp"
#include "unit/rounds.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr const char* kWords[] = {
    "quiet",
    "nosmt",
    "nosmt=force",
    "mitigations=auto,nosmt",
    "mitigations=off",
    "mds=full,nosmt",
    "maxcpus=6",
    "maxcpus=9",
    "nr_cpus=12",
    "nr_cpus=7",
    "possible_cpus=16",
    "crashkernel=512M",
    "crashkernel=1G,high",
    "crashkernel=3G,high crashkernel=300M,low",
    "crashkernel=3G",
    "crashkernel=1G-1T:512M,1T-:2G",
    "crashkernel=1G,cma crashkernel=256M",
    "mem=24G",
    "mem=70G",
    "memmap=4G$9G",
    "memmap=2G!20G",
    "numa_balancing=disable",
    "foo.bar=1",
    "numa=off",
    "numa=noacpi",
    "swiotlb=524288",
    "cma=1G",
    "maxcpus=3 nosmt",
    "movable_node",
};

struct Case {
  Facts facts;
  // The cores of all CPUs, those that are offline now among them.
  std::vector<CpuSet> cores;
  std::string policy;
  unsigned wanted = 1;
  // These CPUs with all that share a core with them, offline ones, too.
  CpuSet whole(const CpuSet& cpus) const {
    auto out = cpus;
    for (const auto& core : cores)
      if (core.intersects(cpus)) out |= core;
    return out;
  }
};

// NICs and disks that have their interrupts now.
void add_devices(Dice& dice, Facts& facts) {
  for (unsigned n = dice.from(0, 12); n > 0; --n) {
    const bool disk = dice.one_in(3);
    PciFunction f;
    f.address = bdf(fmt::format("0000:{:02x}:00.0", n));
    f.class_code = disk ? 0x010802 : 0x020000;
    f.driver = disk ? "nvme" : "ice";
    f.node = static_cast<int>(dice.from(0, 4)) - 1;
    f.msi_irqs = dice.from(1, 130);
    facts.pci.push_back(std::move(f));
  }
  std::ranges::sort(facts.pci, {}, &PciFunction::address);
}

// Whether all interrupts fit on these CPUs, by the rules of x86: 202 vectors a CPU, one of each for
// a disk, and one more for it anywhere.
bool vectors_fit(const Facts& facts, const CpuSet& cpus, auto counts) {
  std::size_t disks = 0, need = 0;
  for (const auto& f : facts.pci) {
    const bool disk = f.driver == "nvme";
    disks += disk;
    if (counts(f)) need += disk ? 1 : *f.msi_irqs;
  }
  const auto each = 202 > disks ? 202 - disks : 0;
  return need <= cpus.size() * each;
}

Case random_case(Dice& dice) {
  Case out;
  const Machine machine{
      .nodes = dice.from(1, 4),
      .cores = dice.from(1, 9),
      .threads = dice.from(1, 2),
      // The words below leave some memory of each node.
      .node_gib = dice.from(6, 96),
      .vendor = dice.one_in(2) ? "intel" : "amd"};
  out.facts = machine.facts();
  auto& facts = out.facts;
  // The threads of a core side by side.
  if (machine.threads == 2 && dice.one_in(2)) {
    const auto all = machine.nodes * machine.cores;
    const auto renamed = [&](const CpuSet& cpus) {
      CpuSet set;
      for (const auto id : cpus.members())
        set.insert(id % all * 2 + id / all);
      return set;
    };
    for (auto& cpu : facts.cpu.cpus)
      cpu.siblings = renamed(cpu.siblings), cpu.id = cpu.id % all * 2 + cpu.id / all;
    for (auto& node : facts.numa)
      node.cpus = renamed(node.cpus);
    std::ranges::sort(facts.cpu.cpus, {}, &Cpu::id);
  }
  for (const auto& cpu : facts.cpu.cpus)
    if (*cpu.siblings.first() == cpu.id) out.cores.push_back(cpu.siblings);
  std::uint64_t at = 0;
  if (dice.one_in(2))
    for (auto& node : facts.numa) {
      auto left = node.total_kb;
      if (at == 0) {
        node.ranges.push_back({0, std::min<std::uint64_t>(left, 2 << 20)});
        left -= node.ranges[0].kb();
        at = 4 << 20;
      }
      if (left) node.ranges.push_back({at, at + left});
      at += left;
      if (dice.one_in(2)) node.gigabyte_frames = whole_frames(node.ranges);
    }
  if (dice.one_in(4)) {
    // Some second threads are offline.
    for (auto& cpu : facts.cpu.cpus)
      if (cpu.siblings.size() == 2 && *cpu.siblings.last() == cpu.id && dice.one_in(2))
        facts.cpu.online.erase(cpu.id);
    std::erase_if(
        facts.cpu.cpus, [&](const Cpu& cpu) { return !facts.cpu.online.contains(cpu.id); });
    for (auto& cpu : facts.cpu.cpus)
      cpu.siblings &= facts.cpu.online;
    for (auto& node : facts.numa)
      node.cpus &= facts.cpu.online;
  }
  if (dice.one_in(2)) facts.cpu.smt_bugs = std::vector<std::string>{};
  if (facts.cpu.smt_bugs && dice.one_in(2)) facts.cpu.smt_bugs->push_back("mds");
  facts.boot.cmdline = "root=/dev/vda1";
  if (dice.one_in(2)) facts.kernels[0].release = "6.1.0-1-amd64", facts.kernels[0].version = {6, 1};
  if (dice.one_in(4))
    facts.kernels[0].release = "6.18.0-1-amd64", facts.kernels[0].version = {6, 18};
  std::string extra = "vfirst.word=1";
  const auto words = [&] {
    std::string text = "root=/dev/vda1";
    for (unsigned n = dice.from(0, 2); n > 0; --n)
      text += std::string(" ") + dice.of(kWords);
    return text;
  };
  if (dice.one_in(2)) {
    facts.boot.next = {"Linux", "boot/grub/grub.cfg:9", words(), dice.one_in(3) ? words() : "", ""};
    // What others keep for a crash kernel counts twice once it is there (next_machine.cpp): such
    // words are the policy's here, which must not.
    for (auto* part : {&facts.boot.next.before, &facts.boot.next.behind}) {
      auto line = CommandLine::parse(*part);
      while (!line.find("crashkernel").empty())
        line.erase(line.find("crashkernel").front());
      *part = line.str();
    }
  }
  add_devices(dice, facts);
  // The policy has a key of its own for this word.
  std::string_view mitigations;
  if (dice.one_in(2)) {
    const std::string_view word = dice.of(kWords);
    if (word.starts_with("mitigations="))
      mitigations = word.substr(word.find('=') + 1);
    else
      extra += fmt::format(" {}", word);
  }
  out.wanted = dice.from(1, 2);
  out.policy = fmt::format(
      "[cpu]\nreserved-cores-per-node = {}\nisolate = yes\n[hugepages]\nsize = {}\nper-node = "
      "{}%\nhost-reserve = 1G\n[kernel]\nextra = {}\n",
      out.wanted, dice.one_in(2) ? "2M" : "1G", dice.from(1, 100), extra);
  if (!mitigations.empty()) out.policy += fmt::format("mitigations = {}\n", mitigations);
  return out;
}

}  // namespace

TEST_CASE(
    "the simulated kernel gives what a plan promises, and the booted host has the same plan",
    "[report][cpu][hugepages]") {
  const auto all = rounds_of(24000, 3000);
  unsigned planned = 0, fewer = 0, full = 0;
  for (unsigned seed = 0; seed < all; ++seed) {
    Dice dice(seed);
    const auto one = random_case(dice);
    const auto& facts = one.facts;
    const auto made = make_plan(facts, policy(one.policy));
    if (!made) {
      INFO("seed " << seed << ": " << made.error().what);
      REQUIRE(made.error().what.contains("leave"));
      continue;
    }
    ++planned;
    const auto& p = *made;
    const auto machine = simulated_machine(facts);
    const auto line = planned_line(facts, p);
    const auto seen = simulate(line, machine);
    INFO("seed " << seed << "\n" << one.policy << line.str());
    INFO("cpus " << facts.cpu.online.list() << " online then " << seen.online.list());
    INFO(p.reserved.list() << " | " << p.isolated.list());

    // CPUs: the booted kernel's, whole cores, and enough of each node.
    auto online = seen.online;
    if (facts.cpu.online != facts.cpu.present) {
      // Those of which this boot does not show the core are left out.
      REQUIRE(seen.online.contains(p.reserved | p.isolated));
      online = p.reserved | p.isolated;
    }
    REQUIRE((p.reserved | p.isolated) == online);
    REQUIRE_FALSE(p.reserved.intersects(p.isolated));
    REQUIRE(p.reserved.contains(0));
    if (online.size() < facts.cpu.present.size()) ++fewer;
    for (const auto& core : one.cores)
      REQUIRE_FALSE((core.intersects(p.reserved) && core.intersects(p.isolated)));
    const auto memory = boot_memory(line, machine);
    for (const auto& node : facts.numa) {
      // One node has all, then.
      if (memory.one_node && node.id > 0) continue;
      std::size_t all_cores = 0, kept = 0;
      for (const auto& core : one.cores) {
        const auto here = core & online & (memory.one_node ? online : node.cpus);
        all_cores += !here.empty();
        kept += here.intersects(p.reserved);
      }
      REQUIRE(kept >= std::min<std::size_t>(one.wanted, all_cores));
    }
    REQUIRE(seen.isolated == p.isolated);
    REQUIRE(seen.nohz_full == p.isolated);
    REQUIRE_FALSE(seen.irq_default.intersects(p.isolated));
    for (const auto& core : one.cores)
      if (core.intersects(p.isolated)) REQUIRE_FALSE(core.intersects(seen.irq_default));

    // Memory: the reserve stays, and the kernel gives every page.
    for (const auto& pages : p.hugepages) {
      const auto node = std::ranges::find(memory.free, pages.node, &SimulatedNode::id);
      REQUIRE(node != memory.free.end());
      REQUIRE(pages.pages * pages.size_kb + (1 << 20) <= node->memory_kb);
      const auto pool = std::ranges::find(seen.hugepages, pages.size_kb, &SimulatedPool::size_kb);
      REQUIRE(pool != seen.hugepages.end());
      REQUIRE(pool->nodes.at(pages.node) == pages.pages);
    }
    REQUIRE(seen.boots());

    // Interrupts: on all of the host's CPUs, and on those of each node.
    bool fit = vectors_fit(facts, p.reserved, [](const PciFunction&) { return true; });
    if (!memory.one_node)
      for (const auto& node : facts.numa)
        if (const auto here = one.whole(node.cpus) & p.reserved; !here.empty())
          fit = fit && vectors_fit(facts, here, [&](const PciFunction& f) {
                  return f.node == static_cast<int>(node.id);
                });
    REQUIRE((finding(p, "irq-vectors") == nullptr) == fit);
    full += !fit;

    const auto again = make_plan(booted(facts, p, one.cores), policy(one.policy));
    if (!again) FAIL(again.error().what);
    REQUIRE(again->cmdline() == p.cmdline());
    REQUIRE(again->hash() == p.hash());
  }
  CHECK(planned > all / 2);
  CHECK(fewer > all / 12);
  CHECK(full > all / 20);
}
