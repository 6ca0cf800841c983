// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/simulate.hpp"
#include "unit/kargs/simulate.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

namespace vfirst {

namespace {
constexpr auto kTwice =
    "HugeTLB: hugepages= specified twice without interleaving hugepagesz=, ignoring hugepages=64";
}

TEST_CASE(
    "each size with its count gives its pages, spread over the nodes",
    "[hugepages][kernel-arguments]") {
  const auto seen = booted("hugepagesz=1G hugepages=2 hugepagesz=2M hugepages=64");
  CHECK(pages(seen, kBig) == "2: 1+1");
  CHECK(pages(seen, kSmall) == "64: 32+32");
  CHECK(seen.worst() == Effect::effective);
  CHECK(seen.log.empty());
}

TEST_CASE(
    "sizes grouped before their counts lose all but the last", "[hugepages][kernel-arguments]") {
  const auto seen = booted("hugepagesz=1G hugepagesz=2M hugepages=2 hugepages=64");
  CHECK(pages(seen, kBig) == "0: 0+0");
  CHECK(pages(seen, kSmall) == "2: 2+0");
  CHECK(logs(seen, kTwice));
  CHECK(seen.arguments[0].effect == Effect::partial);
  CHECK(seen.arguments[3].effect == Effect::ignored);
  CHECK(seen.arguments[3].message == kTwice);
}

TEST_CASE("arguments in alphabetical order lose the big pages", "[hugepages][kernel-arguments]") {
  const auto seen = booted("hugepages=2 hugepages=64 hugepagesz=1G hugepagesz=2M");
  CHECK(pages(seen, kBig) == "0: 0+0");
  CHECK(pages(seen, kSmall) == "2: 2+0");
  CHECK(logs(seen, kTwice));
}

TEST_CASE(
    "a count before its size is for the default size, and nothing is said",
    "[hugepages][kernel-arguments]") {
  const auto seen = booted("hugepages=2 hugepagesz=1G");
  CHECK(pages(seen, kBig) == "0: 0+0");
  CHECK(pages(seen, kSmall) == "2: 2+0");
  CHECK(seen.log.empty());
  CHECK(seen.arguments[1].effect == Effect::partial);
}

TEST_CASE(
    "default_hugepagesz may be followed by its count, and by its size once more",
    "[hugepages][kernel-arguments]") {
  const auto plain = booted("default_hugepagesz=1G hugepages=2");
  CHECK(pages(plain, kBig) == "2: 1+1");
  CHECK(plain.default_hugepage_kb == kBig);
  // the pool of 2M stays, since 5.8
  CHECK(pages(plain, kSmall) == "0: 0+0");
  const auto again = booted("default_hugepagesz=1G hugepages=2 hugepagesz=1G");
  CHECK(pages(again, kBig) == "2: 1+1");
  CHECK(logs(again, "HugeTLB: hugepagesz=1G specified twice, ignoring"));
  CHECK(booted("default_hugepagesz=1G hugepagesz=1G hugepages=2").worst() == Effect::effective);
}

TEST_CASE(
    "before 5.8 default_hugepagesz=1G leaves no pool of 2M", "[hugepages][kernel-arguments]") {
  CHECK(pages(booted("default_hugepagesz=1G", measured_machine({5, 4})), kSmall) == "no pool");
  CHECK(
      pages(
          booted("default_hugepagesz=1G hugepagesz=2M hugepages=0", measured_machine({5, 4})),
          kSmall) == "0: 0+0");
}

TEST_CASE("the first pair of a size wins", "[hugepages][kernel-arguments]") {
  const auto seen = booted("hugepagesz=1G hugepages=1 hugepagesz=1G hugepages=2");
  CHECK(pages(seen, kBig) == "1: 1+0");
  CHECK(seen.arguments[2].effect == Effect::ignored);
  CHECK(
      seen.arguments[3].message ==
      "HugeTLB: hugepages=2 does not follow a valid hugepagesz, ignoring");
}

TEST_CASE("a second default_hugepagesz changes nothing", "[hugepages][kernel-arguments]") {
  const auto seen = booted("default_hugepagesz=1G hugepages=1 default_hugepagesz=2M hugepages=64");
  CHECK(seen.default_hugepage_kb == kBig);
  CHECK(
      seen.arguments[2].message == "HugeTLB: default_hugepagesz previously specified, ignoring 2M");
  CHECK(pages(seen, kSmall) == "0: 0+0");
}

TEST_CASE(
    "counts by node are kept, and one bad node voids them all", "[hugepages][kernel-arguments]") {
  CHECK(pages(booted("hugepagesz=1G hugepages=0:1,1:2"), kBig) == "3: 1+2");
  const auto bad = booted("hugepagesz=1G hugepages=0:1,5:2");
  CHECK(pages(bad, kBig) == "0: 0+0");
  CHECK(bad.arguments[1].effect == Effect::ignored);
  CHECK(bad.arguments[1].message == "HugeTLB: Invalid hugepages parameter 5:2");
}

TEST_CASE(
    "node numbers with a hole are taken since 5.18; before, a number had to be below the count of "
    "nodes",
    "[hugepages][kernel-arguments]") {
  auto machine = measured_machine();
  machine.nodes[1].id = 8;
  CHECK(pages(booted("hugepagesz=1G hugepages=0:1,8:2", machine), kBig) == "3: 1+2");
  machine.kernel = {5, 16};
  CHECK(pages(booted("hugepagesz=1G hugepages=0:1,8:2", machine), kBig) == "0: 0+0");
}

TEST_CASE(
    "a kernel before 5.16 takes the first node number for the count",
    "[hugepages][kernel-arguments]") {
  const auto none = booted("hugepagesz=1G hugepages=0:1,1:2", measured_machine({5, 15}));
  CHECK(pages(none, kBig) == "0: 0+0");
  CHECK(none.arguments[1].effect == Effect::ignored);
  CHECK(none.log.empty());
  CHECK(pages(booted("hugepagesz=1G hugepages=1:4", measured_machine({5, 15})), kBig) == "1: 1+0");
}

TEST_CASE(
    "Red Hat's 5.14 reads node numbers from its build 179 on", "[hugepages][kernel-arguments]") {
  const auto on = [](const char* release) {
    return booted("hugepagesz=1G hugepages=0:1,1:2", measured_machine(KernelVersion::of(release)));
  };
  CHECK(pages(on("5.14.0-503.el9.x86_64"), kBig) == "3: 1+2");
  CHECK(on("5.14.0-503.el9.x86_64").worst() == Effect::effective);
  CHECK(on("5.14.0-162.6.1.el9_1.x86_64").arguments[1].effect == Effect::ignored);
  CHECK(on("4.18.0-553.el8_10.x86_64").arguments[1].effect == Effect::ignored);
  CHECK(on("3.10.0-1160.el7.x86_64").arguments[1].effect == Effect::not_judged);
  auto machine = measured_machine(KernelVersion::of("5.14.0-503.el9.x86_64"));
  machine.nodes[1].id = 8;
  CHECK(pages(booted("hugepagesz=1G hugepages=0:1,8:2", machine), kBig) == "3: 1+2");
}

TEST_CASE(
    "where Red Hat's allocator is not known, the split is said to be unsure",
    "[hugepages][kernel-arguments]") {
  const auto sure = [](const char* release, std::string_view line) {
    const auto seen = booted(line, measured_machine(KernelVersion::of(release)));
    return std::ranges::all_of(seen.hugepages, &SimulatedPool::sure);
  };
  CHECK(sure("5.14.0-570.el9.x86_64", "hugepages=100"));
  CHECK_FALSE(sure("5.14.0-611.el9.x86_64", "hugepages=100"));
  CHECK(sure("6.12.0-55.el10.x86_64", "hugepages=100"));
  CHECK_FALSE(sure("6.12.0-124.el10.x86_64", "hugepages=100"));
}

TEST_CASE(
    "more pages than there are: what the nodes have, from whichever has it",
    "[hugepages][kernel-arguments]") {
  const auto seen = booted("hugepagesz=1G hugepages=100");
  CHECK(pages(seen, kBig) == "4: 1+3");
  CHECK(seen.arguments[1].effect == Effect::partial);
  CHECK(logs(
      seen, "HugeTLB: allocating 100 of page size 1.00 GiB failed.  Only allocated 4 hugepages."));
  CHECK_FALSE(seen.hugepages.back().sure);
}

TEST_CASE(
    "a node that is short takes pages from its neighbour up to 6.13, and goes without later",
    "[hugepages][kernel-arguments]") {
  CHECK(pages(booted("hugepagesz=1G hugepages=0:2,1:1"), kBig) == "3: 1+2");
  CHECK(booted("hugepagesz=1G hugepages=0:2,1:1").arguments[1].effect == Effect::partial);
  const auto later = booted("hugepagesz=1G hugepages=0:2,1:1", measured_machine({6, 14}));
  CHECK(pages(later, kBig) == "2: 1+1");
  CHECK(logs(
      later,
      "HugeTLB: allocating 2 of page size 1.00 GiB failed node0.  Only allocated 1 hugepages."));
}

TEST_CASE(
    "small pages are dealt out in pieces since 6.9, and a piece of one page is always the first "
    "node's",
    "[hugepages][kernel-arguments]") {
  CHECK(pages(booted("hugepages=6"), kSmall) == "6: 6+0");
  CHECK(pages(booted("hugepages=6", measured_machine({6, 1})), kSmall) == "6: 3+3");
  CHECK(pages(booted("hugepages=1:7"), kSmall) == "7: 0+7");
}

TEST_CASE(
    "a node that runs out in the middle leaves the rest to the others",
    "[hugepages][kernel-arguments]") {
  auto machine = measured_machine({6, 1});
  machine.nodes = {
      {0, 4 << 20, true, {}, {}}, {1, 1 << 20, true, {}, {}}, {2, 2 << 20, true, {}, {}}};
  CHECK(pages(booted("hugepages=1536", machine), kSmall) == "1536: 512+512+512");
  CHECK(pages(booted("hugepages=2100", machine), kSmall) == "2100: 794+512+794");
  CHECK(pages(booted("hugepages=3000", machine), kSmall) == "3000: 1464+512+1024");
  CHECK(pages(booted("hugepages=1:600", machine), kSmall) == "512: 0+512+0");
  CHECK(pages(booted("hugepages=2:1000,0:2048", machine), kSmall) == "3048: 2048+0+1000");
}

TEST_CASE(
    "small pages that leave the host no memory end the boot, big ones stop before",
    "[hugepages][kernel-arguments]") {
  CHECK(booted("hugepages=3000").boots());
  const auto dead = booted("hugepages=5000");
  REQUIRE_FALSE(dead.boots());
  CHECK(dead.fatal.front().find("huge pages leave only 0M for the host") != std::string::npos);
  // the other node has its own
  CHECK(booted("hugepagesz=2M hugepages=0:5000").boots());
  CHECK(booted("hugepagesz=1G hugepages=5000").boots());
}

TEST_CASE(
    "a count before any size beats the pair that names the default size",
    "[hugepages][kernel-arguments]") {
  const auto seen = booted("hugepages=4 hugepagesz=2M hugepages=10");
  CHECK(seen.hugepages.front().pages == 4);
  CHECK(seen.arguments[2].effect == Effect::ignored);
  CHECK(logs(seen, "HugeTLB: Ignoring hugepages=10 associated with 2.00 MiB page size"));
  CHECK(logs(seen, "HugeTLB: Using hugepages=4 for number of default huge pages"));
}

TEST_CASE(
    "a size that the machine has not takes its count with it", "[hugepages][kernel-arguments]") {
  const auto seen = booted("hugepagesz=3M hugepages=5 hugepagesz=1G hugepages=1");
  CHECK(logs(seen, "HugeTLB: unsupported hugepagesz=3M"));
  CHECK(logs(seen, "HugeTLB: hugepages=5 does not follow a valid hugepagesz, ignoring"));
  CHECK(pages(seen, kBig) == "1: 1+0");
  auto machine = measured_machine();
  machine.gigabyte_pages = false;
  CHECK(pages(booted("hugepagesz=1G hugepages=1", machine), kBig) == "no pool");
}

TEST_CASE("arm64 has the sizes of its base page", "[hugepages][kernel-arguments]") {
  auto machine = measured_machine();
  machine.architecture = "aarch64";
  CHECK(pages(booted("hugepagesz=32M hugepages=2", machine), 32 << 10) == "2: 1+1");
  machine.page_kb = 64;
  CHECK(booted("hugepagesz=1G hugepages=1", machine).arguments[0].effect == Effect::ignored);
  CHECK(booted("", machine).default_hugepage_kb == 512 << 10);
}

TEST_CASE("without CONFIG_HUGETLB_PAGE the words go to init", "[hugepages][kernel-arguments]") {
  auto machine = measured_machine();
  machine.options_off = {"CONFIG_HUGETLB_PAGE"};
  const auto seen = booted("hugepagesz=1G hugepages=1", machine);
  CHECK(seen.worst() == Effect::ignored);
  CHECK(seen.init_variables == std::vector<std::string>{"hugepagesz=1G", "hugepages=1"});
}

}  // namespace vfirst
