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
  CHECK(isolcpus_flags_supported({5, 5}) == Support::no);
  CHECK(isolcpus_flags_supported({5, 6}) == Support::yes);
  CHECK(isolcpus_skips_flags({5, 7}) == Support::no);
  CHECK(isolcpus_skips_flags({5, 8}) == Support::yes);
  CHECK(hugepage_node_form({5, 15}) == Support::no);
  CHECK(hugepage_node_form({5, 16}) == Support::yes);
  CHECK(hugepage_node_form({6, 1}) == Support::yes);
  CHECK(housekeeping_lists_must_match({5, 17}) == Support::yes);
  CHECK(housekeeping_lists_must_match({5, 18}) == Support::no);
  CHECK(cpulist_last_supported({5, 11}) == Support::no);
  CHECK(cpulist_all_supported({5, 13}) == Support::yes);
}

TEST_CASE("what Red Hat carried back is judged by the build", "[kernel-arguments]") {
  const auto at = [](Support (*feature)(KernelVersion), const char* release) {
    return feature(KernelVersion::of(release));
  };
  using enum Support;
  // Not read: the builds before that of RHEL 8.2.
  CHECK(at(isolcpus_flags_supported, "4.18.0-147.el8.x86_64") == not_known);
  CHECK(at(isolcpus_flags_supported, "4.18.0-193.el8.x86_64") == yes);
  CHECK(at(isolcpus_flags_supported, "4.18.0-553.el8_10.x86_64") == yes);
  CHECK(at(isolcpus_skips_flags, "4.18.0-193.el8.x86_64") == no);
  CHECK(at(isolcpus_skips_flags, "4.18.0-209.el8.x86_64") == not_known);
  CHECK(at(isolcpus_skips_flags, "4.18.0-240.el8.x86_64") == yes);
  CHECK(at(hugepage_node_form, "4.18.0-553.el8_10.x86_64") == no);
  CHECK(at(hugepage_node_form, "5.14.0-178.el9.x86_64") == no);
  CHECK(at(hugepage_node_form, "5.14.0-179.el9.x86_64") == yes);
  CHECK(at(hugepage_node_form, "5.14.0-503.el9.x86_64") == yes);
  CHECK(at(hugepage_node_ids, "5.14.0-284.el9.x86_64") == yes);
  CHECK(at(housekeeping_lists_must_match, "4.18.0-553.el8_10.x86_64") == yes);
  CHECK(at(housekeeping_lists_must_match, "5.14.0-70.13.1.el9_0.x86_64") == yes);
  CHECK(at(housekeeping_lists_must_match, "5.14.0-88.el9.x86_64") == no);
  CHECK(at(cpulist_last_supported, "4.18.0-553.el8_10.x86_64") == no);
  CHECK(at(cpulist_all_supported, "5.14.0-70.el9.x86_64") == yes);
  CHECK(at(hugepage_threads, "5.14.0-570.el9.x86_64") == no);
  CHECK(at(hugepage_threads, "5.14.0-611.el9.x86_64") == not_known);
  CHECK(at(hugepage_exact_nodes, "6.12.0-55.el10.x86_64") == no);
  CHECK(at(hugepage_exact_nodes, "6.12.0-124.el10.x86_64") == not_known);
  for (const auto feature : {isolcpus_flags_supported, hugepage_node_form, cpulist_last_supported})
    CHECK(at(feature, "6.12.0-55.el10.x86_64") == yes);
  // RHEL 7 was not read at all.
  CHECK(at(isolcpus_flags_supported, "3.10.0-1160.el7.x86_64") == not_known);
  CHECK(at(housekeeping_lists_must_match, "3.10.0-1160.el7.x86_64") == not_known);
  // Not Red Hat's kernel: the upstream number decides.
  CHECK(at(hugepage_node_form, "5.14.0-1.el9.elrepo.x86_64") == no);
  CHECK(at(isolcpus_flags_supported, "5.4.17-2136.el8uek.x86_64") == no);
}

TEST_CASE("a kernel that nobody names counts as new", "[kernel-arguments]") {
  CHECK(hugepage_node_form({}) == Support::yes);
  CHECK(housekeeping_lists_must_match({}) == Support::no);
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
