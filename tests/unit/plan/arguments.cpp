// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/plan/machine.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {
constexpr auto kPass = "[iommu]\nmode = passthrough\n";
}

TEST_CASE(
    "intel_iommu=on is planned where the firmware has a DMAR table, and nowhere else",
    "[kernel-arguments][report][iommu]") {
  auto facts = Machine{}.facts();
  CHECK(plan(facts, kPass).cmdline() == "intel_iommu=on iommu=pt");
  facts.iommu.dmar = false;
  const auto without = plan(facts, kPass);
  CHECK(without.cmdline().empty());
  // nothing goes to vfio-pci
  CHECK(finding(without, "iommu-missing")->severity == Severity::warning);
  facts.iommu.tables_known = false;
  const auto capture = plan(facts, kPass);
  CHECK(capture.cmdline() == "intel_iommu=on iommu=pt");
  CHECK(finding(capture, "iommu-unproved"));
}

TEST_CASE("AMD gets iommu=pt alone, never amd_iommu=on", "[kernel-arguments][report][iommu]") {
  auto facts = Machine{.vendor = "amd"}.facts();
  const auto p = plan(facts, kPass);
  CHECK(p.cmdline() == "iommu=pt");
  CHECK(p.kargs[0].because.find("the kernel does not know amd_iommu=on") != std::string::npos);
  facts.iommu.tables_known = facts.iommu.ivrs = false;
  CHECK(plan(facts, kPass).cmdline() == "iommu=pt");
}

TEST_CASE("arm64 says iommu.passthrough", "[kernel-arguments][report][iommu]") {
  auto facts = Machine{.vendor = "arm"}.facts();
  facts.cpu.architecture = "aarch64";
  facts.iommu.iort = true;
  CHECK(plan(facts, kPass).cmdline() == "iommu.passthrough=1");
  CHECK(plan(facts, "[iommu]\nmode = translated\n").cmdline() == "iommu.passthrough=0");
}

TEST_CASE(
    "mode off is an argument of its own, and refused beside vfio-pci",
    "[kernel-arguments][report][sriov]") {
  auto facts = Machine{}.facts();
  CHECK(plan(facts, "[iommu]\nmode = off\n").cmdline() == "intel_iommu=off");
  CHECK(
      plan(Machine{.vendor = "amd"}.facts(), "[iommu]\nmode = off\n").cmdline() == "amd_iommu=off");
  facts.pci = {nic("0000:01:00.0")};
  CHECK(
      refusal(facts, "[iommu]\nmode = off\n[pf a]\nnode = 0\nvfs = 1\nvf-driver = vfio-pci\n") ==
      "p.ini:2: mode = off, but p.ini:6: vfio-pci needs an IOMMU");
}

TEST_CASE(
    "VFs on vfio-pci ask for the IOMMU even where [iommu] is silent",
    "[kernel-arguments][report][iommu][sriov]") {
  auto facts = Machine{}.facts();
  facts.pci = {nic("0000:01:00.0")};
  const auto p = plan(facts, "[pf a]\nnode = 0\nvfs = 1\nvf-driver = vfio-pci\n");
  CHECK(p.cmdline() == "intel_iommu=on iommu=pt");
  CHECK(p.kargs[0].policy.str() == "p.ini:4");
}

TEST_CASE(
    "a variant driver asks for the IOMMU as vfio-pci does, in either spelling",
    "[kernel-arguments][report][iommu][sriov]") {
  auto facts = Machine{}.facts();
  facts.pci = {nic("0000:01:00.0")};
  for (const auto* name : {"mlx5_vfio_pci", "mlx5-vfio-pci", "xe_vfio_pci", "new_vfio_pci"}) {
    const auto pf = fmt::format("[pf a]\nnode = 0\nvfs = 1\nvf-driver = {}\n", name);
    INFO(name);
    CHECK(plan(facts, pf).cmdline() == "intel_iommu=on iommu=pt");
    CHECK(
        refusal(facts, pf + "[iommu]\nmode = off\n").find(" needs an IOMMU") != std::string::npos);
  }
}

TEST_CASE(
    "intel_idle.max_cstate=0 has processor.max_cstate=1 beside it; AMD needs only the latter",
    "[kernel-arguments][report][power]") {
  CHECK(
      plan(Machine{}.facts(), "[power]\nmax-cstate = 0\n").cmdline() ==
      "intel_idle.max_cstate=0 processor.max_cstate=1");
  CHECK(
      plan(Machine{}.facts(), "[power]\nmax-cstate = 1\n").cmdline() ==
      "intel_idle.max_cstate=1 processor.max_cstate=1");
  CHECK(
      plan(Machine{.vendor = "amd"}.facts(), "[power]\nmax-cstate = 0\n").cmdline() ==
      "processor.max_cstate=1");
  CHECK(plan(Machine{}.facts(), "[power]\nmax-cstate = any\n").cmdline().empty());
}

TEST_CASE("extra arguments keep their order and text", "[kernel-arguments][report]") {
  const auto p =
      plan(Machine{}.facts(), "[kernel]\nextra = skew_tick=1 nosoftlockup dyndbg=\"file x +p\"\n");
  CHECK(p.cmdline() == "skew_tick=1 nosoftlockup dyndbg=\"file x +p\"");
  CHECK(p.expectations.size() == 3);
  REQUIRE(p.expectations.back().asked.size() == 1);
  CHECK(p.expectations.back().asked[0].key == "dyndbg");
  CHECK(p.expectations.back().asked[0].value == "file x +p");
}

TEST_CASE(
    "an argument of the policy stays as it was written, wherever its quotes stand",
    "[kernel-arguments][report][policy]") {
  const auto p =
      plan(Machine{}.facts(), "[kernel]\nextra = \"dyndbg=file x +p\" empty= a=b\"c d\"e\n");
  CHECK(p.cmdline() == "\"dyndbg=file x +p\" empty= a=b\"c d\"e");
  REQUIRE(p.arguments().size() == 3);
  CHECK(p.arguments().list()[0].key == "dyndbg");
  CHECK(p.arguments().list()[1].value == "");
}

TEST_CASE("a dangerous argument never passes unseen", "[kernel-arguments][report]") {
  CHECK(finding(plan(Machine{}.facts(), "[kernel]\nmitigations = off\n"), "dangerous-argument"));
  CHECK(finding(plan(Machine{}.facts(), "[kernel]\nextra = mce=off\n"), "dangerous-argument"));
}

TEST_CASE(
    "a command line longer than the kernel reads is refused with the number",
    "[kernel-arguments][report]") {
  auto facts = Machine{}.facts();
  facts.boot.cmdline = "BOOT_IMAGE=/vmlinuz root=/dev/vda1 " + std::string(1990, 'x');
  CHECK(plan(facts, "[kernel]\nextra = skew_tick=1\n").cmdline() == "skew_tick=1");
  CHECK(
      refusal(facts, "[iommu]\nmode = passthrough\n") ==
      "the kernel command line would have 2049 bytes (23 of them planned here); the kernel reads "
      "2047");
  // ours from last time: they are not counted twice
  facts.boot.cmdline += " intel_iommu=on iommu=pt";
  CHECK(refusal(facts, "[iommu]\nmode = passthrough\n").find("2049 bytes") != std::string::npos);
}

TEST_CASE(
    "a guest gets no kernel arguments, only its devices' settings", "[kernel-arguments][report]") {
  auto facts = Machine{.nodes = 1}.facts();
  facts.pci = {nic("0000:01:00.0")};
  const auto p = plan(
      facts,
      "[boot]\nrole = guest\n[cpu]\nisolate = yes\n[iommu]\nmode = "
      "passthrough\n[pf a]\nnode = 0\nrx-usecs = 0\n");
  CHECK(p.cmdline().empty());
  CHECK(described(p).back() == "set coalescing on 0000:01:00.0: adaptive-rx off rx-usecs 0");
}

TEST_CASE(
    "a guest's own port is tuned though it carries the default route; a host's is left alone",
    "[kernel-arguments][report][network]") {
  auto facts = Machine{.nodes = 1}.facts();
  facts.pci = {nic("0000:01:00.0")};
  // a VF, seen from inside
  facts.pci[0].sriov.reset();
  facts.critical = {{facts.pci[0].address, "default route"}};
  const std::string port = "[pf a]\nnode = 0\nrx-usecs = 0\nirq = 0\n";
  CHECK(
      described(plan(facts, "[boot]\nrole = guest\n" + port)).back() ==
      "pin interrupts of 0000:01:00.0 to CPUs 0");
  CHECK(plan(facts, port).steps.empty());
}
