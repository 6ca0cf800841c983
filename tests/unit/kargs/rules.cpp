// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/catalogue.hpp"
#include "kargs/command_line.hpp"
#include "kargs/isolcpus.hpp"
#include "kargs/kernel_features.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

namespace vfirst {

TEST_CASE("isolcpus is flags, then a list", "[kernel-arguments][cpu]") {
  const auto plain = split_isolcpus("2-3");
  CHECK(plain.domain);
  CHECK_FALSE(plain.managed_irq);
  CHECK(plain.list == "2-3");
  const auto both = split_isolcpus("managed_irq,domain,2-3");
  CHECK(both.managed_irq);
  CHECK(both.domain);
  CHECK(both.list == "2-3");
  const auto irq = split_isolcpus("managed_irq,2-3");
  CHECK_FALSE(irq.domain);
  CHECK(split_isolcpus("nohz,2").nohz);
}

TEST_CASE(
    "an unknown isolcpus flag is skipped, one with a wrong character drops all",
    "[kernel-arguments][cpu]") {
  const auto typo = split_isolcpus("managed_irq,domian,2-3");
  CHECK(typo.managed_irq);
  CHECK_FALSE(typo.domain);
  CHECK(typo.unknown == std::vector<std::string>{"domian"});
  CHECK(typo.list == "2-3");
  const auto wrong = split_isolcpus("managed_irq,dom-ain,2-3");
  CHECK(wrong.invalid == "dom-ain");
  CHECK(wrong.list.empty());
}

TEST_CASE(
    "isolcpus reads a word without a comma behind it as an unknown flag, all too",
    "[kernel-arguments][cpu]") {
  CHECK(split_isolcpus("all").unknown == std::vector<std::string>{"all"});
  CHECK(split_isolcpus("domain").unknown == std::vector<std::string>{"domain"});
  CHECK(split_isolcpus("2-N").list == "2-N");
}

TEST_CASE("each era begins with its kernel", "[kernel-arguments]") {
  CHECK_FALSE(isolcpus_flags_supported({5, 5}));
  CHECK(isolcpus_flags_supported({5, 6}));
  CHECK_FALSE(hugepage_node_form({5, 15}));
  CHECK(hugepage_node_form({5, 16}));
  CHECK(hugepage_node_form({6, 1}));
  CHECK(housekeeping_lists_must_match({5, 17}));
  CHECK_FALSE(housekeeping_lists_must_match({5, 18}));
  CHECK_FALSE(cpulist_last_supported({5, 11}));
  CHECK(cpulist_all_supported({5, 13}));
}

TEST_CASE("a kernel that nobody names counts as new", "[kernel-arguments]") {
  CHECK(hugepage_node_form({}));
  CHECK_FALSE(housekeeping_lists_must_match({}));
}

TEST_CASE(
    "the command line may be one byte shorter than the architecture's buffer",
    "[kernel-arguments]") {
  CHECK(check_length(std::string(2047, 'a'), "x86_64"));
  const auto over = check_length(std::string(2048, 'a'), "x86_64");
  REQUIRE_FALSE(over);
  CHECK(over.error().what == "the kernel command line has 2048 bytes; x86_64 accepts 2047");
  CHECK(command_line_limit("aarch64") == 2048);
  CHECK(command_line_limit("armv7l") == 1024);
  CHECK(command_line_limit("riscv64") == 1024);
  CHECK(command_line_limit("ppc64le") == 2048);
  CHECK(command_line_limit("mips64") == 4096);
  CHECK(command_line_limit("") == 256);
}

TEST_CASE(
    "the catalogue finds an argument by either spelling and holds each once",
    "[kernel-arguments]") {
  REQUIRE(karg_info("vfio_pci.ids"));
  CHECK(karg_info("vfio_pci.ids") == karg_info("vfio-pci.ids"));
  CHECK_FALSE(karg_info("isolcpu"));
  for (auto key : {"isolcpus", "hugepages", "hugepagesz", "default_hugepagesz", "nohz_full"})
    CHECK(karg_info(key)->repeat == Repeat::first_wins);
  std::set<std::string_view> keys;
  for (const auto& info : karg_catalogue()) {
    CHECK(keys.insert(info.key).second);
    CHECK_FALSE(info.doc.empty());
    CHECK(info.doc.size() <= 80);
  }
}

// The rows measured on Linux 6.12 with four CPUs and two nodes of 4 GB: as far as reading goes.
TEST_CASE(
    "the booted command lines keep order and duplicates, pairs included", "[kernel-arguments]") {
  for (std::string_view text : {
           "hugepagesz=1G hugepages=2 hugepagesz=2M hugepages=64",
           "hugepagesz=1G hugepagesz=2M hugepages=2 hugepages=64",
           "hugepages=2 hugepages=64 hugepagesz=1G hugepagesz=2M",
           "default_hugepagesz=1G hugepages=2 hugepagesz=1G",
           "hugepagesz=1G hugepages=1 hugepagesz=1G hugepages=2",
           "hugepagesz=1G hugepages=0:1,1:2",
           "isolcpus=1 isolcpus=3",
           "isolcpus=managed_irq,domian,2-3",
           "isolcpus=2-3 nohz_full=1-3",
       }) {
    const auto line = CommandLine::parse(text);
    std::string again;
    for (const auto& arg : line.args())
      again += (again.empty() ? "" : " ") + arg.key + "=" + *arg.value;
    CHECK(again == text);
  }
}

}  // namespace vfirst
