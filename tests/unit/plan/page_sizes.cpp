// SPDX-License-Identifier: GPL-2.0-or-later
// Which sizes of hugepages a machine and its kernel have.
#include "kargs/boot_memory.hpp"
#include "plan/simulated.hpp"
#include "unit/plan/machine.hpp"
#include "unit/words.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr const char* kAllSizes[] = {"64K", "2M", "32M", "512M", "1G", "16G"};

Facts arm_with_pages(std::uint64_t page_kb, bool shown = false) {
  auto facts = Machine{.node_gib = 256}.facts();
  facts.cpu.architecture = "aarch64";
  facts.cpu.vendor = "arm";
  facts.cpu.gigabyte_pages = {};
  facts.memory.page_kb = page_kb;
  facts.kernels[0].release = "6.12.95+deb13-arm64";
  if (shown) facts.memory.hugepage_sizes_kb = hugepage_sizes(simulated_machine(facts));
  return facts;
}

std::string two_pages(std::string_view size) {
  return fmt::format("[hugepages]\nsize = {}\nper-node = 2\n", size);
}

std::string refused_size(const Facts& facts, std::string_view size) {
  return refusal(facts, two_pages(size));
}

}  // namespace

TEST_CASE(
    "a size of hugepages is planned where the kernel has it, and refused with the list elsewhere",
    "[hugepages][report]") {
  for (const bool shown : {false, true}) {
    CHECK_WORDS(
        refused_size(arm_with_pages(64, shown), "1G") ==
        "p.ini:2: size = 1G: a kernel with 64K base pages has hugepages of 2M, 512M and 16G");
    CHECK_WORDS(
        refused_size(arm_with_pages(16, shown), "512M") ==
        "p.ini:2: size = 512M: a kernel with 16K base pages has hugepages of 2M, 32M and 1G");
    CHECK_WORDS(
        refused_size(arm_with_pages(4, shown), "16G") ==
        "p.ini:2: size = 16G: a kernel with 4K base pages has hugepages of 64K, 2M, 32M and 1G");
  }
  CHECK_WORDS(
      refused_size(Machine{}.facts(), "512M") ==
      "p.ini:2: size = 512M: this machine has hugepages of 2M and 1G");
  auto small = Machine{}.facts();
  small.cpu.gigabyte_pages = false;
  CHECK_WORDS(refused_size(small, "1G").ends_with("use size = 2M"));
}

TEST_CASE(
    "for each base page and size: what is planned is what the simulated kernel gives, and what is "
    "refused it would ignore",
    "[hugepages][kernel-arguments][report]") {
  unsigned planned = 0, refused = 0;
  for (const std::uint64_t page_kb : {4, 16, 64})
    for (const auto* size : kAllSizes) {
      INFO(page_kb << "K base pages, size = " << size);
      const auto facts = arm_with_pages(page_kb);
      const auto machine = simulated_machine(facts);
      const auto made = make_plan(facts, policy(two_pages(size)));
      const auto line = CommandLine::parse(fmt::format("hugepagesz={} hugepages=2", size));
      if (!made) {
        ++refused;
        CHECK(simulate(line, machine).worst() == Effect::ignored);
        continue;
      }
      ++planned;
      const auto seen = simulate(planned_line(facts, *made), machine);
      CHECK(seen.worst() == Effect::effective);
      CHECK(seen.default_hugepage_kb == ByteSize::parse(size)->kb());
      for (const auto& pool : seen.hugepages)
        if (pool.size_kb == ByteSize::parse(size)->kb()) CHECK(pool.pages == 4);
      CHECK_FALSE(finding(*made, "argument-ignored"));
    }
  CHECK(planned == 10);
  CHECK(refused == 8);
}

TEST_CASE(
    "the base page is that of the planned kernel, by its configuration or its name",
    "[hugepages][report]") {
  auto facts = arm_with_pages(4, true);
  const auto named = [&](const char* release, std::string_view size) {
    return make_plan(facts, policy(two_pages(size)), release).has_value();
  };
  CHECK(named("5.14.0-503.el9.aarch64", "1G"));
  CHECK_FALSE(named("5.14.0-503.el9.aarch64+64k", "1G"));
  CHECK(named("5.14.0-503.el9.aarch64+64k", "512M"));
  CHECK(named("6.8.0-31-generic-64k", "16G"));
  CHECK_FALSE(named("6.12.9+deb13-arm64-16k", "64K"));
  facts.kernels[0].config = {{"CONFIG_ARM64_64K_PAGES", "y"}};
  facts.kernels[0].config_known = true;
  CHECK(refusal(facts, two_pages("1G")).find("64K base pages") != std::string::npos);

  // Another kernel that is installed would not have the size.
  facts.kernels[0].config = {{"CONFIG_ARM64_4K_PAGES", "y"}, {"CONFIG_HUGETLB_PAGE", "y"}};
  facts.kernels.push_back(facts.kernels[0]);
  facts.kernels[1].release = "6.12.95+deb13-arm64-64k";
  facts.kernels[1].config = {{"CONFIG_ARM64_64K_PAGES", "y"}, {"CONFIG_HUGETLB_PAGE", "y"}};
  const auto made = plan(facts, two_pages("1G"));
  const auto* one = finding(made, "argument-ignored");
  REQUIRE(one);
  CHECK(one->is_about(Subject::kernel("6.12.95+deb13-arm64-64k")));
}

TEST_CASE(
    "large pages are counted in whole frames of their size where memory blocks are shown",
    "[hugepages][report]") {
  auto facts = arm_with_pages(64);
  facts.numa.resize(1);
  facts.numa[0].total_kb = 100ull << 20;
  // From 2G to 102G: five whole frames of 16G, the first two of them may break.
  facts.numa[0].ranges = {{2ull << 20, 102ull << 20}};
  CHECK(whole_frames(facts.numa[0].ranges, 16 << 20) == 5);
  const auto made = plan(facts, "[hugepages]\nsize = 16G\nper-node = 100%\n");
  REQUIRE(made.hugepages.size() == 1);
  CHECK(made.hugepages[0].pages == 3);
  CHECK(
      refusal(facts, "[hugepages]\nsize = 16G\nper-node = 6\n").find("the node can give 5") !=
      std::string::npos);
}

TEST_CASE("free-page-structs plans the pages that it makes room for", "[hugepages][report]") {
  const auto facts = Machine{.nodes = 1}.facts();
  const auto count = [&](const std::string& text) {
    const auto made = plan(facts, text);
    return made.hugepages.empty() ? 0 : made.hugepages[0].pages;
  };
  const std::string all = "[hugepages]\nsize = 1G\nper-node = 100%\nhost-reserve = 4G\n";
  CHECK(count(all) == 59);
  CHECK(count(all + "free-page-structs = yes\n") == 60);
  CHECK(count(all + "free-page-structs = no\n") == 59);
  const std::string small = "[hugepages]\nsize = 2M\nper-node = 100%\nhost-reserve = 4G\n";
  // 64G have 1G of page structs. Of each 2M page's 32K, 4K stay: 128M.
  CHECK(count(small) == (60 * 1024 - 1024) / 2);
  CHECK(count(small + "free-page-structs = yes\n") == (60 * 1024 - 128) / 2);

  const auto made = plan(facts, all + "free-page-structs = yes\n");
  CHECK(made.cmdline().ends_with(" hugetlb_free_vmemmap=on"));
  CHECK(
      made.expectations.back().want ==
      Want(WantShown{
          "page structs of hugepages given back", "proc/sys/vm/hugetlb_optimize_vmemmap", "1"}));
  // Booted, the node has what was given back, and the plan is the same.
  auto later = facts;
  later.boot.cmdline = made.cmdline();
  later.numa[0].pools = {{1 << 20, 60, 60}};
  later.numa[0].total_kb += 60 * 16380;
  CHECK(plan(later, all + "free-page-structs = yes\n").hugepages == made.hugepages);
  CHECK(
      finding(plan(facts, all + "free-page-structs = yes\n", "5.10.0-30-amd64"), "kernel-too-old"));
}
