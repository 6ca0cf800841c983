// SPDX-License-Identifier: GPL-2.0-or-later
// The plan is for the machine of the next boot: its CPUs and its memory, by the words of its line.
#include "unit/plan/next.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

TEST_CASE("without SMT the host and the guests have the first threads alone", "[cpu]") {
  const auto facts = Machine{.nodes = 1}.facts();
  CHECK(split_of(plan(facts, kIsolateYes)) == "0,4 | 1-3,5-7");
  for (const auto* words : {"nosmt", "nosmt=force", "quiet nosmt=whatever"}) {
    INFO(words);
    const auto made = plan(facts, with_extra(words));
    CHECK(split_of(made) == "0 | 1-3");
    // The second threads are the guests': they get no interrupts, should they come up after all.
    CHECK(value_of(made, "irqaffinity") == "0");
    CHECK(message(made, "cpus-offline").contains("CPUs 4-7 stay offline at the next boot (nosmt"));
  }
}

TEST_CASE("whoever says nosmt: the boot loader's files, behind or before ours", "[cpu]") {
  auto facts = Machine{.nodes = 1}.facts();
  facts.boot.cmdline = "root=/dev/vda1";
  facts.boot.next = {"Debian", "boot/grub/grub.cfg:7", "root=/dev/vda1 nosmt", "", ""};
  CHECK(split_of(plan(facts, kIsolateYes)) == "0 | 1-3");
  facts.boot.next.before = "root=/dev/vda1";
  facts.boot.next.behind = "nosmt";
  CHECK(split_of(plan(facts, kIsolateYes)) == "0 | 1-3");
  // This boot has it, and the next one has not.
  facts = booted(facts, plan(facts, kIsolateYes));
  REQUIRE(facts.cpu.online.list() == "0-3");
  facts.boot.next.behind = "";
  CHECK(split_of(plan(facts, kIsolateYes)) == "0,4 | 1-3,5-7");
}

TEST_CASE("mitigations=auto,nosmt counts where the CPU is vulnerable", "[cpu]") {
  auto facts = Machine{.nodes = 1}.facts();
  const auto text = fmt::format("{}[kernel]\nmitigations = auto,nosmt\n", kIsolateYes);
  facts.cpu.smt_bugs = std::vector<std::string>{"mds"};
  CHECK(split_of(plan(facts, text)) == "0 | 1-3");
  facts.cpu.smt_bugs = std::vector<std::string>{};
  CHECK(split_of(plan(facts, text)) == "0,4 | 1-3,5-7");
  CHECK_FALSE(finding(plan(facts, text), "smt-undecided"));
  facts.cpu.smt_bugs.reset();
  CHECK(split_of(plan(facts, text)) == "0,4 | 1-3,5-7");
  CHECK(finding(plan(facts, text), "smt-undecided"));
  // Each word asks for its own vulnerability.
  facts.cpu.smt_bugs = std::vector<std::string>{"mds"};
  CHECK(split_of(plan(facts, with_extra("mds=full,nosmt"))) == "0 | 1-3");
  CHECK(split_of(plan(facts, with_extra("l1tf=full,force"))) == "0,4 | 1-3,5-7");
  CHECK(
      split_of(plan(facts, with_extra("mds=full,nosmt") + "mitigations = off\n")) ==
      "0,4 | 1-3,5-7");
}

TEST_CASE("words that limit the number of CPUs", "[cpu]") {
  const auto facts = Machine{.nodes = 1}.facts();
  CHECK(split_of(plan(facts, with_extra("maxcpus=6"))) == "0,4 | 1-3,5");
  CHECK(split_of(plan(facts, with_extra("nr_cpus=4"))) == "0 | 1-3");
  CHECK(split_of(plan(facts, with_extra("possible_cpus=0x3"))) == "0 | 1-2");
  CHECK(refusal(facts, with_extra("nosmp")).contains("leaves no CPU to isolate"));
  // The threads of a core side by side: since 6.5 the first threads of all cores come first.
  auto beside = Machine{.nodes = 1, .cores = 1, .threads = 8}.facts();
  for (auto& cpu : beside.cpu.cpus)
    cpu.siblings = CpuSet::range(cpu.id & ~1u, cpu.id | 1u), cpu.core = int(cpu.id / 2);
  CHECK(split_of(plan(beside, with_extra("maxcpus=4"))) == "0 | 2,4,6");
  CHECK(split_of(plan(beside, with_extra("maxcpus=4"), "6.1.0-1-amd64")) == "0-1 | 2-3");
}

TEST_CASE("a CPU that is offline now is not the host's at the next boot", "[cpu]") {
  auto facts = Machine{.nodes = 1}.facts();
  const auto off = [&](CpuSet cpus) {
    auto out = facts;
    out.cpu.online -= cpus;
    std::erase_if(out.cpu.cpus, [&](const Cpu& cpu) { return cpus.contains(cpu.id); });
    for (auto& cpu : out.cpu.cpus)
      cpu.siblings -= cpus;
    out.numa[0].cpus -= cpus;
    return out;
  };
  const auto whole = plan(facts, kIsolateYes);
  // One thread, and all second threads.
  CHECK(plan(off({5}), kIsolateYes).cmdline() == whole.cmdline());
  CHECK(plan(off({4, 5, 6, 7}), kIsolateYes).cmdline() == whole.cmdline());
  CHECK(finding(plan(off({5}), kIsolateYes), "cpus-offline"));
  // A whole core is the host's, then.
  const auto core = plan(off({2, 6}), kIsolateYes);
  CHECK(split_of(core) == "0,4 | 1,3,5,7");
  CHECK(value_of(core, "irqaffinity") == "0,2,4,6");
  // Cores of four threads: nothing is known of a thread that is offline, and it is kept apart.
  facts = Machine{.nodes = 1, .cores = 2, .threads = 4}.facts();
  const auto unplaced = plan(off({5}), kIsolateYes);
  CHECK(split_of(unplaced) == "0,2,4,6 | 1,3,7");
  CHECK(value_of(unplaced, "irqaffinity") == "0,2,4,6");
  CHECK(message(unplaced, "cpus-offline").contains("does not show which cores they belong to"));
}

TEST_CASE("each part of the crash kernel counts where the kernel puts it", "[hugepages]") {
  CHECK(pages_with("quiet") == "59+59");
  CHECK(pages_with("crashkernel=512M") == "58+59");
  CHECK(pages_with("crashkernel=4G,high") == "58+55");
  CHECK(pages_with("crashkernel=4G,high crashkernel=1G,low") == "58+55");
  CHECK(pages_with("crashkernel=1G,low crashkernel=4G,high") == "58+55");
  // Too large for what lies below 4G: as with ,high.
  CHECK(pages_with("crashkernel=4G") == "58+55");
  // A plain one makes the others void; the last one of a form counts.
  CHECK(pages_with("crashkernel=512M crashkernel=8G,high") == "58+59");
  CHECK(pages_with("crashkernel=8G,high crashkernel=2G,high") == "58+57");
  // By the machine's memory: 128G.
  CHECK(pages_with("crashkernel=1G-64G:256M,64G-:1G") == "58+59");
  CHECK(pages_with("crashkernel=1G-64G:4G,256G-:8G") == "59+59");
  CHECK(pages_with("crashkernel=1G@80G") == "59+58");
  // A size with something behind it is none.
  CHECK(pages_with("crashkernel=512M,max") == "59+59");
  // What swiotlb= asks for has room below 4G in the crash kernel, too.
  CHECK(pages_with("crashkernel=4G,high swiotlb=524288") == "56+55");
}

TEST_CASE("crashkernel=SIZE,cma is a form of its own from 6.17 on", "[hugepages]") {
  // Up to 6.16 it is the last plain one, and cannot be read: nothing is kept.
  CHECK(pages_with("crashkernel=3G,cma") == "59+59");
  CHECK(pages_with("crashkernel=512M crashkernel=3G,cma") == "59+59");
  CHECK(pages_with("crashkernel=4G,high crashkernel=3G,cma") == "59+59");
  CHECK(pages_with("crashkernel=3G,cma crashkernel=512M") == "58+59");
  auto newer = laid_out();
  newer.kernels[0].release = "6.17.1-1-amd64";
  newer.kernels[0].version = {6, 17};
  CHECK(pages_with("crashkernel=512M crashkernel=3G,cma", newer) == "55+59");
  CHECK(pages_with("crashkernel=3G,cma crashkernel=4G,high", newer) == "55+55");
  // Alone it keeps nothing.
  CHECK(pages_with("crashkernel=3G,cma", newer) == "59+59");
  // proc/iomem shows the crash kernel without that area.
  const auto text =
      fmt::format("{}[kernel]\nextra = crashkernel=512M crashkernel=3G,cma\n", kAllPages);
  const auto first = plan(newer, text);
  newer.boot.own_arguments = {first.cmdline()};
  newer.boot.cmdline = "root=/dev/vda1 " + first.cmdline();
  newer.memory.crashkernel_bytes = std::uint64_t{512} << 20;
  newer.memory.crash_ranges = {{1 << 20, (1 << 20) + (512 << 10)}};
  newer.numa[0].total_kb -= 512 << 10;
  CHECK(plan(newer, text).cmdline() == first.cmdline());
}

TEST_CASE("where proc/iomem shows the crash kernel, that counts", "[hugepages]") {
  auto facts = laid_out();
  facts.boot.cmdline = "root=/dev/vda1 crashkernel=2G,high";
  facts.memory.crashkernel_bytes = std::uint64_t{2} << 30;
  // The kernel found no room at the top of node 1.
  facts.memory.crash_ranges = {{10 << 20, 12 << 20}, {1 << 20, (1 << 20) + (256 << 10)}};
  facts.numa[0].total_kb -= (2 << 20) + (256 << 10);
  // Others' crash kernel counts twice, once in the node's total.
  CHECK(pages_of(plan(facts, kAllPages)) == "54+59");
  CHECK(message(plan(facts, kAllPages), "crashkernel-node").contains("in this boot"));
  // With other words it is what the kernel does with those.
  facts.boot.next = {"Debian", "boot/grub/grub.cfg:7", "crashkernel=1G,high", "", ""};
  CHECK(pages_of(plan(facts, kAllPages)) == "56+58");
}

TEST_CASE("mem= and memmap= take memory from the nodes that have it", "[hugepages]") {
  CHECK(pages_with("mem=34G") == "27");
  CHECK(pages_with("mem=98G") == "59+27");
  CHECK(pages_with("memmap=16G$80G") == "59+43");
  CHECK(pages_with("memmap=8G!16G,8G!100G") == "51+51");
  auto arm = laid_out();
  arm.cpu.architecture = "aarch64";
  CHECK(pages_with("mem=98G", arm) == "59+29");
  CHECK(pages_with("mem=nopentium") == "59+59");
}

TEST_CASE("a node that comes after the kernel has read its line has no pages", "[hugepages]") {
  auto facts = laid_out();
  NumaNode late;
  late.id = 2;
  late.total_kb = 128 << 20;
  late.at_boot = false;
  facts.numa.push_back(late);
  const auto made = plan(facts, kAllPages);
  CHECK(value_of(made, "hugepages") == "0:59,1:59");
  CHECK(finding(made, "hugepages-late-node"));
  CHECK(refusal(facts, "[hugepages]\nsize = 1G\nnode2 = 4\n")
            .contains("node2: its memory comes after the kernel has read its arguments"));
  // The kernel makes no pages at all of a count that names it.
  const auto machine = simulated_machine(facts);
  const auto seen = simulate(CommandLine::parse("hugepagesz=1G hugepages=0:2,1:2,2:2"), machine);
  CHECK(seen.arguments[1].effect == Effect::ignored);
  // Slow memory that is there gives pages where the policy names it.
  facts.numa[2].at_boot = true;
  facts.numa[2].slow = true;
  CHECK(value_of(plan(facts, kAllPages), "hugepages") == "0:59,1:59");
  CHECK(finding(plan(facts, kAllPages), "hugepages-slow-node"));
  CHECK(
      value_of(plan(facts, fmt::format("{}node2 = 4\n", kAllPages)), "hugepages") ==
      "0:59,1:59,2:4");
}

TEST_CASE("memory that comes late to a node that has other memory gives no pages", "[hugepages]") {
  auto facts = laid_out();
  facts.numa[1].total_kb += 32 << 20;
  facts.numa[1].late_kb = 32 << 20;
  const auto made = plan(facts, kAllPages);
  CHECK(pages_of(made) == "59+59");
  CHECK(message(made, "hugepages-late-memory").contains("node 1: 32768M of its memory"));
}

TEST_CASE("hugetlb_cma= leaves no 1G page at boot", "[hugepages]") {
  for (const auto* word : {"hugetlb_cma=4G", "hugetlb_cma=0:2G,1:2G", "hugetlb_cma=1073741824"}) {
    INFO(word);
    auto facts = laid_out();
    facts.boot.cmdline = word;
    const auto made = plan(facts, kAllPages);
    const auto* error = finding(made, "hugepages-cma");
    REQUIRE(error);
    CHECK(error->severity == Severity::error);
    const auto seen = simulate(planned_line(facts, made), simulated_machine(facts));
    CHECK(seen.hugepages.back().pages == 0);
    CHECK_FALSE(without_effect(facts, made).empty());
  }
  auto facts = laid_out();
  facts.boot.cmdline = "hugetlb_cma=4G";
  CHECK_FALSE(finding(plan(facts, "[hugepages]\nsize = 2M\nper-node = 50%\n"), "hugepages-cma"));
}
