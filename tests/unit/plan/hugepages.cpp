// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/plan/machine.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

std::string pages(const Plan& plan) {
  std::string out;
  for (const auto& p : plan.hugepages)
    out += fmt::format("{}{}:{}", out.empty() ? "" : " ", p.node, p.pages);
  return out;
}

constexpr auto kThird = "[hugepages]\nsize = 1G\nper-node = 24\nhost-reserve = 4G\n";

}  // namespace

TEST_CASE(
    "pages are asked for node by node, default first, the size before its count, and 2M pages stay "
    "available",
    "[hugepages][report]") {
  const auto p = plan(Machine{}.facts(), kThird);
  CHECK(
      p.cmdline() ==
      "default_hugepagesz=1G hugepagesz=1G hugepages=0:24,1:24 hugepagesz=2M hugepages=0");
  CHECK(pages(p) == "0:24 1:24");
}

TEST_CASE("per cent is of what the node can give, rounded down", "[hugepages][report]") {
  // 64G - 4G reserve - 1G page structs = 59G; 80 % of it is 47.2.
  CHECK(
      pages(
          plan(Machine{}.facts(), "[hugepages]\nsize = 1G\nper-node = 80%\nhost-reserve = 4G\n")) ==
      "0:47 1:47");
}

TEST_CASE(
    "a node's own key overrides per-node, and a node without memory is passed over",
    "[hugepages][report]") {
  auto facts = Machine{.nodes = 3}.facts();
  facts.numa[2].total_kb = 0;
  CHECK(pages(plan(facts, "[hugepages]\nsize = 1G\nper-node = 10\nnode1 = 3\n")) == "0:10 1:3");
}

TEST_CASE("more pages than a node can give are refused with the sum", "[hugepages][report]") {
  CHECK(
      refusal(Machine{}.facts(), "[hugepages]\nsize = 1G\nper-node = 60\nhost-reserve = 4G\n") ==
      "p.ini:3: node 0: 60 pages of 1G asked, the node can give 59: 64G - 4G host-reserve - 1G "
      "page structs = 59G");
}

TEST_CASE(
    "a node that the machine does not have is refused, because one bad number gives no pages "
    "anywhere",
    "[hugepages][report]") {
  CHECK(
      refusal(Machine{}.facts(), "[hugepages]\nsize = 1G\nnode2 = 1\n") ==
      "p.ini:3: node2: this machine has no such node with memory; with one bad node number the "
      "kernel reserves no pages at all");
}

TEST_CASE(
    "crashkernel is charged to the first node, or to the last one when it lies high",
    "[hugepages][report]") {
  auto facts = Machine{}.facts();
  facts.memory.crashkernel_bytes = std::uint64_t{2} << 30;
  CHECK(
      pages(plan(facts, "[hugepages]\nsize = 1G\nper-node = 100%\nhost-reserve = 4G\n")) ==
      "0:57 1:59");
  facts.boot.cmdline = "crashkernel=2G,high";
  CHECK(
      pages(plan(facts, "[hugepages]\nsize = 1G\nper-node = 100%\nhost-reserve = 4G\n")) ==
      "0:58 1:57");
}

TEST_CASE(
    "two of a node's whole gigabytes are not counted on: the kernel lies somewhere, its page "
    "structs at the top",
    "[hugepages][report]") {
  auto facts = Machine{.nodes = 1}.facts();
  facts.numa[0].gigabyte_frames = 40;
  const auto share = plan(facts, "[hugepages]\nsize = 1G\nper-node = 100%\n");
  CHECK(pages(share) == "0:38");
  CHECK_FALSE(finding(share, "hugepages-tight"));
}

TEST_CASE(
    "a page count that needs a gigabyte the kernel may lie in is done, with a warning; more than "
    "there are is refused",
    "[hugepages][report]") {
  auto facts = Machine{.nodes = 1}.facts();
  facts.numa[0].gigabyte_frames = 40;
  CHECK_FALSE(finding(plan(facts, "[hugepages]\nsize = 1G\nnode0 = 38\n"), "hugepages-tight"));
  const auto tight = plan(facts, "[hugepages]\nsize = 1G\nnode0 = 39\n");
  CHECK(pages(tight) == "0:39");
  CHECK(message(tight, "hugepages-tight")
            .starts_with(
                "p.ini:3: node 0: 39 pages of 1G asked, but only 38 are free at every boot"));
  CHECK(refusal(facts, "[hugepages]\nsize = 1G\nnode0 = 41\n")
            .starts_with("p.ini:3: node 0: 41 pages of 1G asked, the node can give 40"));
}

TEST_CASE("freed page structs are not charged", "[hugepages][report]") {
  CHECK(
      pages(plan(
          Machine{.nodes = 1}.facts(),
          "[hugepages]\nsize = 1G\nper-node = 100%\nhost-reserve = 4G\n[kernel]\nextra = "
          "hugetlb_free_vmemmap=on\n")) == "0:60");
}

TEST_CASE(
    "a single node is asked with a flat count, which every kernel reads", "[hugepages][report]") {
  CHECK(
      plan(Machine{.nodes = 1}.facts(), kThird).cmdline().find("hugepages=24 ") !=
      std::string::npos);
}

TEST_CASE(
    "a kernel before 5.16 gets a flat count, dealt out in turn, where all nodes give the same",
    "[hugepages][report]") {
  const auto p = plan(Machine{}.facts(), kThird, "4.18.0-553.el8_10");
  CHECK(
      p.cmdline() == "default_hugepagesz=1G hugepagesz=1G hugepages=48 hugepagesz=2M hugepages=0");
  CHECK(pages(p) == "0:24 1:24");
}

TEST_CASE("Red Hat's 5.14 gets its pages by node", "[hugepages][report]") {
  CHECK(
      plan(Machine{}.facts(), kThird, "5.14.0-503.el9").cmdline().contains("hugepages=0:24,1:24"));
}

TEST_CASE(
    "a kernel before 5.16 and uneven nodes: per cent is levelled, counts are refused",
    "[hugepages][report]") {
  auto facts = Machine{}.facts();
  facts.numa[1].total_kb /= 2;
  const auto p =
      plan(facts, "[hugepages]\nsize = 1G\nper-node = 50%\nhost-reserve = 4G\n", "5.10.0-30");
  CHECK(pages(p) == "0:13 1:13");
  CHECK(finding(p, "hugepages-levelled"));
  CHECK(
      refusal(facts, "[hugepages]\nsize = 1G\nnode0 = 24\nnode1 = 8\n", "5.10.0-30") ==
      "p.ini:3: kernel 5.10.0-30 is older than 5.16 and cannot reserve different page counts on "
      "different nodes");
}

TEST_CASE(
    "an older kernel beside the newest one decides the form, or is warned about",
    "[hugepages][report]") {
  auto facts = Machine{}.facts();
  Kernel old;
  old.release = "5.10.0-30-amd64";
  old.version = {5, 10};
  facts.kernels.push_back(old);
  CHECK(plan(facts, kThird).cmdline().find("hugepages=48") != std::string::npos);
  const auto uneven = plan(facts, "[hugepages]\nsize = 1G\nnode0 = 24\nnode1 = 8\n");
  CHECK(uneven.cmdline().find("hugepages=0:24,1:8") != std::string::npos);
  CHECK(
      message(uneven, "hugepages-old-kernel") ==
      "kernel 5.10.0-30-amd64 is older than 5.16: it reads hugepages=0:24 as no pages and logs "
      "nothing");
}

TEST_CASE("1G pages need pdpe1gb", "[hugepages][report]") {
  auto facts = Machine{}.facts();
  facts.cpu.gigabyte_pages = false;
  CHECK(
      refusal(facts, kThird) ==
      "p.ini:2: size = 1G: this CPU has no 1G pages (no pdpe1gb flag); use size = 2M");
  facts.cpu.gigabyte_pages.reset();
  CHECK(finding(plan(facts, kThird), "pdpe1gb-unknown"));
}

TEST_CASE("2M pages are the default size of x86 and need no second pair", "[hugepages][report]") {
  CHECK(
      plan(Machine{.nodes = 1}.facts(), "[hugepages]\nsize = 2M\nper-node = 512\n").cmdline() ==
      "default_hugepagesz=2M hugepagesz=2M hugepages=512");
}

TEST_CASE(
    "a node too small for one page is a finding, and no argument names it",
    "[hugepages][report][kernel-arguments]") {
  auto facts = Machine{}.facts();
  facts.numa[1].total_kb = 1 << 20;
  const auto p = plan(facts, "[hugepages]\nsize = 1G\nper-node = 80%\nhost-reserve = 4G\n");
  CHECK(p.cmdline().find("hugepages=0:47 ") != std::string::npos);
  CHECK(message(p, "hugepages-none")
            .starts_with("p.ini:3: node 1 gives no 1G page: 1G - 4G host-reserve"));
}

TEST_CASE(
    "some megabytes more or less from one boot to the next do not move a page",
    "[hugepages][report]") {
  auto facts = Machine{.nodes = 1, .node_gib = 4}.facts();
  constexpr auto text = "[hugepages]\nsize = 1G\nper-node = 80%\nhost-reserve = 1G\n";
  facts.numa[0].total_kb = 4000000;
  const auto before = plan(facts, text);
  facts.numa[0].total_kb -= 60 << 10;
  CHECK(plan(facts, text) == before);
}

TEST_CASE(
    "a node whose memory is not shown gets no pages, and no flat count that it would share in",
    "[hugepages][report]") {
  auto facts = Machine{}.facts();
  facts.numa[0].total_kb = 0;
  facts.numa[0].memory_known = false;
  const auto p = plan(facts, kThird);
  CHECK(p.cmdline().find("hugepages=1:24 ") != std::string::npos);
  CHECK(
      message(p, "hugepages-memory-unknown") ==
      "node 0: this tree does not show its memory, so no hugepages are planned on it");
}
