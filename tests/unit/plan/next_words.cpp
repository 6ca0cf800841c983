// SPDX-License-Identifier: GPL-2.0-or-later
// Words of the next boot's line that change its nodes, its memory or its CPUs, and what this boot
// shows of them.
#include "unit/plan/next.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

Plan with_pages_and(std::string_view words, const Facts& facts = laid_out()) {
  return plan(
      facts, fmt::format("[cpu]\nisolate = yes\n{}[kernel]\nextra = {}\n", kAllPages, words));
}

}  // namespace

TEST_CASE("without a table of nodes the next boot has one", "[hugepages][cpu]") {
  for (const auto* word : {"numa=off", "numa=noacpi", "acpi=off"}) {
    INFO(word);
    const auto facts = laid_out();
    const auto made = with_pages_and(word);
    CHECK(value_of(made, "hugepages") == "122");
    CHECK(split_of(made) == "0,8 | 1-7,9-15");
    const auto seen = simulate(planned_line(facts, made), simulated_machine(facts));
    REQUIRE(seen.hugepages.back().nodes.size() == 1);
    CHECK(seen.hugepages.back().pages == 122);
    CHECK(without_effect(facts, made).empty());
    // The booted host has the same plan.
    CHECK(
        plan(
            booted(facts, made),
            fmt::format("[cpu]\nisolate = yes\n{}[kernel]\nextra = {}\n", kAllPages, word))
            .cmdline() == made.cmdline());
  }
  // The boot loader's word counts as the policy's.
  auto facts = laid_out();
  facts.boot.cmdline = "root=/dev/vda1";
  facts.boot.next = {"Debian", "boot/grub/grub.cfg:7", "numa=off", "", ""};
  CHECK(value_of(plan(facts, kAllPages), "hugepages") == "122");
  // arm64 knows one of these words.
  auto arm = laid_out();
  arm.cpu.architecture = "aarch64";
  CHECK(value_of(with_pages_and("numa=off", arm), "hugepages") == "122");
  CHECK(value_of(with_pages_and("numa=noacpi", arm), "hugepages") == "0:59,1:59");
  // A PF keeps its firmware's node, and that is no fault.
  auto with_pf = laid_out();
  with_pf.pci = {nic("0000:01:00.0", 1)};
  const auto text = fmt::format(
      "[cpu]\nisolate = yes\n{}[pf up]\ndriver = igb\nvfs = 2\nirq = local-reserved\n[kernel]\n"
      "extra = numa=off\n",
      kAllPages);
  CHECK_FALSE(finding(plan(with_pf, text), "device-node-missing"));
  CHECK_FALSE(finding(plan(with_pf, text), "irq-remote-node"));
}

TEST_CASE("nodes that this boot does not show get no pages", "[hugepages]") {
  const auto fake = with_pages_and("numa=fake=4");
  CHECK(value_of(fake, "hugepages") == "none");
  REQUIRE(finding(fake, "hugepages-nodes-unknown"));
  CHECK(finding(fake, "hugepages-nodes-unknown")->severity == Severity::error);
  // This boot has the same word, and shows what comes of it.
  auto same = laid_out();
  same.boot.cmdline = "numa=fake=4";
  CHECK(value_of(plan(same, kAllPages), "hugepages") == "0:59,1:59");
  // This boot has it, the next one has not.
  same.boot.next = {"Debian", "boot/grub/grub.cfg:7", "quiet", "", ""};
  CHECK(finding(plan(same, kAllPages), "hugepages-nodes-unknown"));
  auto off = laid_out(1);
  off.boot.cmdline = "numa=off";
  CHECK(value_of(plan(off, kAllPages), "hugepages") == "59");
  off.boot.next = {"Debian", "boot/grub/grub.cfg:7", "quiet", "", ""};
  CHECK(message(plan(off, kAllPages), "hugepages-nodes-unknown")
            .contains("without the numa= of this boot"));
}

TEST_CASE("areas that arguments set aside give no pages", "[hugepages]") {
  CHECK(pages_with("swiotlb=524288") == "58+59");
  CHECK(pages_with("swiotlb=524288,force") == "58+59");
  CHECK(pages_with("swiotlb=force") == "59+59");
  // 4G do not fit below 4G.
  CHECK(pages_with("swiotlb=2097152") == "57+59");
  CHECK(pages_with("cma=8G") == "51+59");
  CHECK(pages_with("numa_cma=0:2G,1:4G") == "57+55");
  auto without = laid_out();
  without.kernels[0].config_known = true;
  CHECK(pages_with("cma=8G", without) == "59+59");
  const auto made = with_pages_and("swiotlb=524288 cma=2G");
  for (const auto& arg : made.kargs)
    if (arg.is("hugepages") && arg.value->contains(':'))
      CHECK(arg.because.contains("- 3G swiotlb=524288 cma=2G -"));
  // This boot's total lacks the bounce buffers already.
  auto again = laid_out();
  again.boot.cmdline = "swiotlb=524288";
  again.numa[0].total_kb -= 1 << 20;
  CHECK(pages_of(plan(again, kAllPages)) == "58+59");
  again.boot.next = {"Debian", "boot/grub/grub.cfg:7", "quiet", "", ""};
  CHECK(pages_of(plan(again, kAllPages)) == "59+59");
}

TEST_CASE("what limits the memory is said, and what is not known of it, too", "[hugepages]") {
  CHECK(
      message(with_pages_and("mem=98G"), "memory-limited") ==
      "mem=98G leaves node 1 32G of 64G at the next boot");
  CHECK(message(with_pages_and("memmap=16G$80G"), "memory-limited").contains("node 1 48G of 64G"));
  CHECK_FALSE(finding(with_pages_and("mem=1T"), "memory-limited"));
  for (const auto* words : {"memmap=exactmap memmap=640K@0 memmap=8G@1M", "memmap=2G%4G-1+2"}) {
    INFO(words);
    CHECK(finding(with_pages_and(words), "memory-not-judged"));
  }
  // Where the nodes' ranges are not shown.
  CHECK(finding(with_pages_and("memmap=16G$80G", Machine{}.facts()), "memory-not-judged"));
  CHECK(finding(with_pages_and("movable_node"), "memory-hotpluggable"));
  CHECK(finding(with_pages_and("kernelcore=mirror"), "memory-mirrored"));
  CHECK_FALSE(finding(with_pages_and("kernelcore=8G"), "memory-mirrored"));
  CHECK_FALSE(finding(with_pages_and("movablecore=8G"), "memory-mirrored"));
}

TEST_CASE("memory that a driver adds to a node with CPUs gives no pages", "[hugepages]") {
  auto facts = Machine{.nodes = 1}.facts();
  facts.numa[0].total_kb += 128 << 20;
  facts.numa[0].late_kb = 128 << 20;
  CHECK(pages_of(plan(facts, kAllPages)) == "59");
  lay_out(facts);
  facts.numa[0].gigabyte_frames = 63;
  CHECK(pages_of(plan(facts, kAllPages)) == "59");
}

TEST_CASE("without its APIC the boot CPU is alone", "[cpu]") {
  const auto facts = Machine{.nodes = 1}.facts();
  for (const auto* word : {"nolapic", "maxcpus=0", "nosmp", "maxcpus=1"}) {
    INFO(word);
    CHECK(refusal(facts, with_extra(word)).contains("leaves no CPU to isolate"));
  }
  CHECK(refusal(facts, with_extra("disableapic"), "6.1.0-1-amd64").contains("leaves no CPU"));
  CHECK(split_of(plan(facts, with_extra("disableapic"), "6.18.0-1-amd64")) == "0,4 | 1-3,5-7");
  CHECK(finding(plan(facts, with_extra("acpi=off")), "cpus-undecided"));
  CHECK(finding(plan(facts, with_extra("noapic")), "cpus-undecided"));
  CHECK_FALSE(finding(plan(facts, with_extra("noapic"), "6.1.0-1-amd64"), "cpus-undecided"));
  auto arm = facts;
  arm.cpu.architecture = "aarch64";
  CHECK(split_of(plan(arm, with_extra("nolapic"))) == "0,4 | 1-3,5-7");
}

TEST_CASE("a reserved list may name CPUs that the next boot does not bring up", "[cpu]") {
  const auto facts = Machine{.nodes = 1}.facts();
  const auto with = [&](std::string_view list, std::string_view words) {
    return fmt::format("[cpu]\nreserved = {}\nisolate = yes\n[kernel]\nextra = {}\n", list, words);
  };
  CHECK(split_of(plan(facts, with("0,4", "nosmt"))) == "0 | 1-3");
  CHECK(split_of(plan(facts, with("0,4", "nr_cpus=3"))) == "0 | 1-2");
  CHECK(split_of(plan(facts, with("0-1,4-5", "possible_cpus=6"))) == "0-1,4-5 | 2-3");
  CHECK(refusal(facts, with("0-3,4-7", "nr_cpus=3")).contains("no CPU to isolate"));
  CHECK(refusal(facts, with("0,9", "nosmt")).contains("goes beyond the last CPU, 7"));
}

TEST_CASE("what was brought online after this boot goes at the next", "[cpu]") {
  // nosmt, and then `on` to sys/devices/system/cpu/smt/control.
  auto facts = Machine{.nodes = 1}.facts();
  facts.boot.cmdline = "root=/dev/vda1 nosmt";
  CHECK(split_of(plan(facts, kIsolateYes)) == "0 | 1-3");
  facts.boot.cmdline = "root=/dev/vda1 maxcpus=6";
  CHECK(split_of(plan(facts, kIsolateYes)) == "0,4 | 1-3,5");
  // It cannot be undone.
  facts.boot.cmdline = "root=/dev/vda1 nosmt=force";
  facts.cpu.smt_bugs = std::vector<std::string>{};
  CHECK(split_of(plan(facts, kIsolateYes)) == "0 | 1-3");
}

TEST_CASE("CPUs that may be plugged in later take interrupts, and nothing else", "[cpu]") {
  auto facts = Machine{.nodes = 1}.facts();
  facts.cpu.possible = CpuSet::range(0, 15);
  CHECK(split_of(plan(facts, kIsolateYes)) == "0,4 | 1-3,5-7");
  CHECK(value_of(plan(facts, kIsolateYes), "irqaffinity") == "0,4,8-15");
  CHECK(value_of(plan(facts, with_extra("possible_cpus=10")), "irqaffinity") == "0,4,8-9");
  CHECK(value_of(plan(facts, with_extra("nr_cpus=8")), "irqaffinity") == "0,4");
}
