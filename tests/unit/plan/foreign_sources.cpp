// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/plan/machine.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

PciFunction disk(std::string_view address) {
  auto f = nic(address);
  f.class_code = 0x010802;
  f.vendor = 0x144d;
  f.driver = "nvme";
  f.ports.clear();
  return f;
}

// Findings of every severity before and after the one about the foreign argument, and three equal
// ones that become one: positions in the list before it is put in order say nothing afterwards.
Plan with_foreign_isolcpus() {
  auto facts = with_nic();
  facts.pci.push_back(disk("0000:02:00.0"));
  facts.boot.cmdline = "root=/dev/sda1 isolcpus=1";
  facts.boot.sources = {{"isolcpus=1", {"etc/default/grub:5", "etc/default/grub.d/x.cfg:2"}}};
  return plan(
      facts,
      "[cpu]\nisolate = yes\n[pf disk]\nvendor = 144d\nvfs = 3\nvf-driver = keep\n"
      "vf-rx-usecs = 5\n[pf none]\nvendor = 15b3\n");
}

}  // namespace

TEST_CASE(
    "only the finding about a foreign argument gets that argument's places",
    "[facts][kernel-arguments][report]") {
  const auto made = with_foreign_isolcpus();
  REQUIRE(made.findings.size() > 2);
  unsigned with_places = 0;
  for (const auto& one : made.findings) {
    const bool placed = one.line().find("etc/default/grub") != std::string::npos;
    if (placed) ++with_places;
    CHECK(placed == (one.code == kForeignArgument));
  }
  CHECK(with_places == 1);
  const auto* about = finding(made, kForeignArgument);
  CHECK(about->subject == Subject::argument("isolcpus=1"));
  CHECK(
      about->sources ==
      std::vector<Origin>{{"etc/default/grub", 5}, {"etc/default/grub.d/x.cfg", 2}});
  CHECK_WORDS(
      about->line() ==
      "etc/default/grub:5, etc/default/grub.d/x.cfg:2: the running kernel's command line has "
      "isolcpus=1, which is not vfirst's, before isolcpus=managed_irq,domain,1-3,5-7,9-11,13-15, "
      "and the first isolcpus= wins: remove it; vfirst apply --adopt can do that");
}

TEST_CASE(
    "a foreign argument that no file has keeps a finding without a place or a remedy",
    "[facts][kernel-arguments][report]") {
  auto facts = with_nic();
  facts.boot.cmdline = "root=/dev/sda1 isolcpus=1";
  const auto made = plan(facts, "[cpu]\nisolate = yes\n");
  const auto* about = finding(made, kForeignArgument);
  CHECK(about->sources.empty());
  CHECK(about->remedy.empty());
  CHECK(made.foreign == "isolcpus=1");
}
