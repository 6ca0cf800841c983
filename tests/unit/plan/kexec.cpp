// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/kexec.hpp"

#include "unit/plan/machine.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr auto kPolicy = "[pf a]\nvendor = 8086\nvfs = 7\n[boot]\nreboot = kexec\n";

std::vector<std::string> against(const Facts& facts) {
  std::vector<std::string> out;
  for (const auto& obstacle : against_kexec(facts, plan(facts, kPolicy)))
    out.push_back(obstacle.str());
  return out;
}

}  // namespace

TEST_CASE(
    "drivers that are known to survive kexec, and only those, may be on the way",
    "[kexec][report]") {
  for (const auto driver :
       {"ahci", "i40e", "ice", "igb", "ixgbe", "mlx5_core", "nvme", "virtio-pci"})
    CHECK(survives_kexec(driver));
  for (const auto driver : {"mlx4_core", "i915", "tg3", "megaraid_sas", ""})
    CHECK_FALSE(survives_kexec(driver));
  auto facts = with_nic();
  CHECK(against(facts).empty());
  auto disk = nic("0000:02:00.0");
  disk.class_code = 0x010400;
  disk.vendor = 0x1000;
  disk.driver = "megaraid_sas";
  facts.pci.push_back(disk);
  CHECK(
      against(facts) ==
      std::vector<std::string>{"0000:02:00.0: driver megaraid_sas is not known to survive kexec"});
  // resets it itself
  facts.pci[1].driver = "vfio-pci";
  CHECK(against(facts).empty());
  facts.pci[1].driver = "";
  CHECK(against(facts).empty());
  // neither storage nor network, and not in the plan
  facts.pci[1].class_code = 0x030000;
  facts.pci[1].driver = "ast";
  CHECK(against(facts).empty());
}

TEST_CASE(
    "VFs of the plan are removed before; anybody else's are a reason against",
    "[kexec][report][sriov][trial]") {
  auto facts = with_nic();
  facts.pci[0].sriov->num_vfs = 7;
  CHECK(against(facts).empty());
  auto other = nic("0000:02:00.0");
  other.vendor = 0x15b3;
  other.driver = "mlx5_core";
  other.sriov->num_vfs = 2;
  facts.pci.push_back(other);
  CHECK(
      against(facts) ==
      std::vector<std::string>{
          "0000:02:00.0: this plan does not manage its 2 VFs, and VFs do not survive kexec"});
}

TEST_CASE(
    "the plan says beforehand that reboot = kexec will be a full reboot, and why",
    "[kexec][report]") {
  auto facts = with_nic();
  CHECK_FALSE(finding(plan(facts, kPolicy), "no-kexec"));
  facts.pci[0].driver = "mlx4_core";
  CHECK_WORDS(
      message(plan(facts, kPolicy), "no-kexec") ==
      "p.ini:5: 0000:01:00.0: driver mlx4_core is not known to survive kexec: first provisioning "
      "will make a full reboot");
  CHECK_FALSE(finding(
      plan(facts, "[pf a]\nvendor = 8086\nvfs = 7\n[boot]\nreboot = reboot\n"), "no-kexec"));
}
