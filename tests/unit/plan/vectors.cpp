// SPDX-License-Identifier: GPL-2.0-or-later
// Interrupt vectors: 202 a CPU on x86.
#include "unit/plan/machine.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

// So many NICs on node 0, with so many interrupts each.
Facts with_nics(unsigned count, std::optional<unsigned> irqs, unsigned nodes = 1) {
  auto facts = Machine{.nodes = nodes, .cores = 32}.facts();
  for (unsigned i = 0; i < count; ++i) {
    auto f = nic(fmt::format("0000:{:02x}:00.0", i + 1), static_cast<int>(i % nodes));
    f.msi_irqs = irqs;
    facts.pci.push_back(f);
  }
  return facts;
}

void add_nvme(Facts& facts, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    PciFunction f;
    f.address = bdf(fmt::format("0000:{:02x}:00.0", 0x80 + i));
    f.class_code = 0x010802;
    f.driver = "nvme";
    f.node = 0;
    f.msi_irqs = 65;
    facts.pci.push_back(f);
  }
}

std::string text_for(unsigned expect, std::string_view more = "", unsigned cores = 2) {
  return fmt::format(
      "[cpu]\nreserved-cores-per-node = {}\nisolate = yes\n[pf all]\ndriver = igb\nexpect = "
      "{}\nirq = local-reserved\n{}",
      cores, expect, more);
}

}  // namespace

TEST_CASE("more interrupts than the reserved CPUs have vectors for are a warning", "[irq][cpu]") {
  CHECK(
      message(plan(with_nics(16, 66), text_for(16)), "irq-vectors") ==
      "p.ini:4: node 0: 16 PFs need 1056 interrupt vectors, and CPUs 0-1,32-33 have 808 (202 "
      "each): the others go to isolated CPUs; reserve 1 core more (reserved-cores-per-node = 3) or "
      "set queues = 48 for these PFs");
  auto with_disks = with_nics(16, 66);
  add_nvme(with_disks, 16);
  CHECK(
      message(plan(with_disks, text_for(16)), "irq-vectors") ==
      "p.ini:4: node 0: 32 devices need 1072 interrupt vectors, and CPUs 0-1,32-33 have 808 (202 "
      "each, less 64 that the kernel places itself): the others go to isolated CPUs; reserve 1 "
      "core more (reserved-cores-per-node = 3) or set queues = 43 for these PFs");
}

TEST_CASE("what is named as the remedy mends it", "[irq][cpu]") {
  auto facts = with_nics(16, 66);
  add_nvme(facts, 16);
  CHECK_FALSE(finding(plan(facts, text_for(16, "", 3)), "irq-vectors"));
  CHECK_FALSE(finding(plan(facts, text_for(16, "queues = 43\n")), "irq-vectors"));
  CHECK(finding(plan(facts, text_for(16, "queues = 44\n")), "irq-vectors"));
}

TEST_CASE("vectors are counted by node, by what the policy says, and on x86 alone", "[irq]") {
  // Half of the ports on each node: 528 of 808 each.
  CHECK_FALSE(finding(plan(with_nics(16, 66, 2), text_for(16)), "irq-vectors"));
  CHECK(finding(plan(with_nics(16, 66, 2), text_for(16, "", 1)), "irq-vectors"));
  // Without a driver yet: a queue a CPU, at most 64, and two.
  CHECK(message(plan(with_nics(16, {}), text_for(16)), "irq-vectors").contains("need 1056"));
  CHECK_FALSE(finding(plan(with_nics(12, {}), text_for(12)), "irq-vectors"));
  // A list of one CPU.
  auto one = with_nics(4, 66);
  const auto on_one =
      fmt::format("[cpu]\nisolate = yes\n[pf all]\ndriver = igb\nexpect = 4\nirq = 0\n");
  CHECK(
      message(plan(one, on_one), "irq-vectors").contains("need 264 interrupt vectors, and CPUs 0"));
  auto arm = with_nics(16, 66);
  arm.cpu.architecture = "aarch64";
  CHECK_FALSE(finding(plan(arm, text_for(16)), "irq-vectors"));
  // Devices without a section take vectors, too.
  auto others = with_nics(16, 66);
  others.pci.front().driver = "ice";
  CHECK(message(plan(others, text_for(15)), "irq-vectors").contains("16 devices need 1056"));
}

TEST_CASE("the vectors of VFs that guests use count, too", "[irq][sriov]") {
  auto facts = Machine{.nodes = 1, .cores = 32}.facts();
  auto f = nic("0000:01:00.0");
  f.sriov->total_vfs = 128;
  facts.pci = {f};
  const auto with = [](unsigned vfs, std::string_view more) {
    return fmt::format(
        "[cpu]\nisolate = yes\n[pf all]\ndriver = igb\nvfs = {}\nvf-driver = vfio-pci\nqueues = "
        "8\nirq = local-reserved\n{}",
        vfs, more);
  };
  CHECK(
      message(plan(facts, with(64, "vf-queues = 16\n")), "irq-vectors") ==
      "p.ini:3: node 0: 1 PF and 64 VFs need 1098 interrupt vectors, and CPUs 0,32 have 404 (202 "
      "each): the others go to isolated CPUs; reserve 2 cores more (reserved-cores-per-node = 3); "
      "or set vf-queues = 5 for these VFs");
  CHECK_FALSE(finding(plan(facts, with(64, "vf-queues = 5\n")), "irq-vectors"));
  CHECK(
      message(plan(facts, with(128, "vf-queues = 4\n")), "irq-vectors").contains("vf-queues = 2"));
  CHECK_FALSE(finding(plan(facts, with(128, "vf-queues = 2\n")), "irq-vectors"));
  // Nothing is known of what they ask for.
  CHECK_FALSE(finding(plan(facts, with(128, "")), "irq-vectors"));
  // One of them is there, and shows it.
  PciFunction vf;
  vf.address = bdf("0000:02:10.0");
  vf.physfn = f.address;
  vf.msix_vectors = 17;
  facts.pci.push_back(vf);
  CHECK(message(plan(facts, with(128, "")), "irq-vectors").contains("1 PF and 128 VFs need 2186"));
}

TEST_CASE("many disks alone may fill the host's CPUs", "[irq]") {
  // 16 controllers with a vector on each CPU leave 186 of each.
  auto facts = with_nics(4, 85);
  add_nvme(facts, 16);
  CHECK_FALSE(finding(plan(facts, text_for(4, "", 1)), "irq-vectors"));
  add_nvme(facts, 16);
  CHECK(message(plan(facts, text_for(4, "", 1)), "irq-vectors")
            .contains("(202 each, less 64 that the kernel places itself)"));
}
