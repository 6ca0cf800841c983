// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/plan/machine.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr auto kGuests = "[pf a]\nvendor = 8086\nvfs = 7\nvf-driver = vfio-pci\n";

}  // namespace

TEST_CASE("more VF queues than isolated CPUs are pointed out", "[report][cpu][sriov]") {
  const auto text = std::string("[cpu]\nisolate = yes\n") + kGuests;
  CHECK_FALSE(finding(plan(with_nic(), text), "vfs-exceed-cpus"));
  CHECK(
      message(plan(with_nic(), text + "vf-queues = 4\n"), "vfs-exceed-cpus") ==
      "7 VFs for guests have 28 queues in all, but there are only 12 isolated CPUs: some queues "
      "will share a CPU");
}

TEST_CASE(
    "a PF on a node without isolated CPUs or hugepages is remote to its guests",
    "[report][cpu][hugepages]") {
  auto facts = with_nic();
  facts.numa[0].cpus = CpuSet{0, 8};
  facts.numa[1].cpus = facts.cpu.online - facts.numa[0].cpus;
  CHECK(
      message(plan(facts, std::string("[cpu]\nisolate = yes\n") + kGuests), "vf-remote-node") ==
      "0000:01:00.0 is on node 0, which has no isolated CPU: guests that use its VFs run on "
      "another node");
  CHECK(
      message(
          plan(with_nic(), std::string("[hugepages]\nsize = 1G\nnode1 = 8\n") + kGuests),
          "vf-remote-node") ==
      "0000:01:00.0 is on node 0, which gets no hugepages: guests that use its VFs have their "
      "memory on another node");
}

TEST_CASE(
    "a link below what the device can do, and ports that carry more than the link, are pointed "
    "out",
    "[report][network]") {
  auto facts = with_nic();
  facts.pci[0].link = {8000, 8};
  facts.pci[0].link_capable = {16000, 16};
  facts.pci[0].ports[0].speed_mbps = 100000;
  const auto p = plan(facts, kGuests);
  CHECK(
      message(p, "link-trained-low") ==
      "0000:01:00.0 runs at 8 GT/s x8 but can do 16 GT/s x16: check the slot, the riser and the "
      "cable");
  CHECK(
      message(p, "pcie-narrow") ==
      "0000:01:00.0: its ports carry 100 Gbit/s, but its PCIe link (8 GT/s x8) only 63 Gbit/s");
  facts.pci[0].link = facts.pci[0].link_capable = {2500, 4};
  facts.pci[0].ports[0].speed_mbps = 1000;
  const auto fine = plan(facts, kGuests);
  CHECK_FALSE(finding(fine, "link-trained-low"));
  CHECK_FALSE(finding(fine, "pcie-narrow"));
}

TEST_CASE("guaranteed rates beyond the port's speed are an error finding", "[report][network]") {
  auto facts = with_nic();
  facts.pci[0].ports[0].speed_mbps = 1000;
  CHECK(
      message(
          plan(facts, std::string(kGuests) + "vf-min-rate = 200\n"), "rates-promise-too-much") ==
      "0000:01:00.0: min-rates of its VFs sum to 1400 Mbit/s, but the port has 1000");
}

TEST_CASE(
    "pci=realloc is advised only where the VFs' address space is missing", "[report][sriov]") {
  auto facts = with_nic();
  CHECK_FALSE(finding(plan(facts, kGuests), "vf-bars-unassigned"));
  facts.pci[0].sriov->bars_assigned = false;
  CHECK(finding(plan(facts, kGuests), "vf-bars-unassigned"));
  CHECK(plan(facts, kGuests).cmdline().find("realloc") == std::string::npos);
}

TEST_CASE(
    "a PF that shares its IOMMU group names the others, bridges and its own VFs aside",
    "[report][iommu][sriov]") {
  auto facts = with_nic();
  facts.pci[0].iommu_group = 5;
  auto bridge = nic("0000:00:1c.0");
  bridge.class_code = 0x060400;
  facts.pci.insert(facts.pci.begin(), bridge);
  facts.iommu.groups = {{5, "DMA", {bdf("0000:00:1c.0"), bdf("0000:01:00.0")}}};
  CHECK_FALSE(finding(plan(facts, kGuests), "iommu-group-shared"));
  facts.iommu.groups[0].members.push_back(bdf("0000:02:00.0"));
  CHECK(message(plan(facts, kGuests), "iommu-group-shared")
            .starts_with("0000:01:00.0 shares IOMMU group 5 with 0000:02:00.0"));
}

TEST_CASE("what holds a guest on this host is said", "[report]") {
  CHECK(message(
            plan(
                with_nic(),
                std::string("[cpu]\nisolate = yes\n[hugepages]\nsize = 1G\nper-node = 8\n") +
                    kGuests),
            "migration")
            .starts_with("live migration: guests that use VFs on vfio-pci, 1G pages and isolated "
                         "CPUs can only move to a host that has the same"));
  CHECK_FALSE(finding(plan(with_nic(), ""), "migration"));
}

TEST_CASE("each installed kernel's missing options and modules are named", "[report]") {
  auto facts = with_nic();
  facts.kernels[0].config_known = facts.kernels[0].modules_known = true;
  facts.kernels[0].config = {
      {"CONFIG_CPU_ISOLATION", "y"}, {"CONFIG_RCU_NOCB_CPU", "y"}, {"CONFIG_INTEL_IOMMU", "y"}};
  facts.kernels[0].modules = {{"vfio-pci", ModuleState::missing}, {"igb", ModuleState::builtin}};
  const auto p = plan(facts, std::string("[cpu]\nisolate = yes\n") + kGuests);
  CHECK(
      message(p, "kernel-config") ==
      "p.ini:2: kernel 6.12.95+deb13-amd64 would ignore nohz_full=: CONFIG_NO_HZ_FULL is not set");
  CHECK(
      message(p, "kernel-module") ==
      "kernel 6.12.95+deb13-amd64 has no module vfio-pci, which VFs are to be bound to");
  CHECK(finding(p, "kernel-module")->severity == Severity::error);
}

TEST_CASE(
    "a foreign argument that stands before ours is a finding, the same one is none",
    "[report][kernel-arguments]") {
  auto facts = with_nic();
  facts.boot.cmdline = "root=/dev/vda1 isolcpus=1 quiet";
  CHECK(message(plan(facts, "[cpu]\nisolate = yes\n"), "foreign-argument")
            .starts_with("the running kernel's command line has isolcpus=1, which is not vfirst's, "
                         "before isolcpus=managed_irq,domain,1-3"));
  facts.boot.cmdline = "root=/dev/vda1 " + plan(facts, "[cpu]\nisolate = yes\n").cmdline();
  CHECK_FALSE(finding(plan(facts, "[cpu]\nisolate = yes\n"), "foreign-argument"));
}

TEST_CASE(
    "what vfirst itself gave the running kernel is not foreign, though the policy has changed "
    "since",
    "[report][policy]") {
  auto facts = with_nic();
  facts.boot.cmdline = "root=/dev/vda1 isolcpus=managed_irq,domain,2-3 nohz_full=2-3 quiet";
  REQUIRE(finding(plan(facts, "[cpu]\nisolate = yes\n"), "foreign-argument"));
  facts.boot.own_arguments = {"isolcpus=managed_irq,domain,2-3 nohz_full=2-3"};
  CHECK_FALSE(finding(plan(facts, "[cpu]\nisolate = yes\n"), "foreign-argument"));
}

TEST_CASE("errors come first, and what boots now does not change the plan", "[report]") {
  auto facts = with_nic();
  facts.pci[0].link = {2500, 1};
  facts.pci[0].link_capable = {8000, 4};
  const auto p = plan(facts, std::string("[pf gone]\nvendor = 15b3\n") + kGuests);
  REQUIRE(p.findings.size() >= 2);
  CHECK(p.findings[0].code == "pf-expect");
  facts.boot.cmdline = p.cmdline();
  facts.iommu.units = {"dmar0"};
  CHECK(plan(facts, std::string("[pf gone]\nvendor = 15b3\n") + kGuests).hash() == p.hash());
}
