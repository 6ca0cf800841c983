// SPDX-License-Identifier: GPL-2.0-or-later
// PFs whose VFs are not made by a number in sysfs, or have no Ethernet port.
#include "machine.hpp"
#include "unit/plan/one_pf.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

bool raises_port(const Plan& plan) {
  return std::ranges::any_of(
      plan.steps, [](const Step& step) { return std::holds_alternative<BringUp>(step.action); });
}

}  // namespace

TEST_CASE(
    "QAT takes all of its VFs or none, before and after its driver is bound", "[sriov][report]") {
  for (const auto* driver : {"4xxx", "c6xx", ""}) {
    INFO(driver);
    const auto facts = with_pf(driver, 0x8086, 0x0b4000);
    const auto few = plan(facts, "[pf q]\npci = 01:00.0\nvfs = 4\n");
    CHECK(
        message(few, "vfs-all-or-none") ==
        "p.ini:3: 0000:01:00.0: 4 VFs asked, but its driver makes all 7 or none: write vfs = max");
    REQUIRE(finding(few, "vfs-all-or-none"));
    CHECK(finding(few, "vfs-all-or-none")->severity == Severity::error);
    CHECK_FALSE(makes_vfs(few));
    for (const auto* all : {"max", "7"}) {
      const auto made = plan(facts, fmt::format("[pf q]\npci = 01:00.0\nvfs = {}\n", all));
      CHECK_FALSE(finding(made, "vfs-all-or-none"));
      CHECK(makes_vfs(made));
    }
    const auto none = plan(facts, "[pf q]\npci = 01:00.0\nvfs = 0\n");
    CHECK_FALSE(finding(none, "vfs-all-or-none"));
  }
  // Another vendor's co-processor is no QAT.
  CHECK(makes_vfs(plan(with_pf("", 0x19e5, 0x0b4000), "[pf q]\npci = 01:00.0\nvfs = 4\n")));
}

TEST_CASE("a VF on vfio-pci's denylist is told, unless the list is off", "[sriov][report]") {
  const auto facts = with_pf("c6xx", 0x8086, 0x0b4000);
  const std::string text = "[pf q]\npci = 01:00.0\nvfs = max\nvf-driver = vfio-pci\n";
  CHECK(
      message(plan(facts, text), "vfio-denied") ==
      "p.ini:4: 0000:01:00.0: vfio-pci refuses the VFs of driver c6xx, which are on its denylist: "
      "keep them for the host (vf-driver = keep), or add vfio_pci.disable_denylist=1 to [kernel] "
      "extra if you trust the guests");
  CHECK_FALSE(finding(
      plan(facts, "[kernel]\nextra = vfio-pci.disable_denylist=1\n" + text), "vfio-denied"));
  CHECK_FALSE(finding(plan(with_pf("4xxx", 0x8086, 0x0b4000), text), "vfio-denied"));
  CHECK_FALSE(finding(plan(facts, "[pf q]\npci = 01:00.0\nvfs = max\n"), "vfio-denied"));
}

TEST_CASE("a driver that makes VFs by a parameter is told which one", "[sriov][report]") {
  const std::string text = "[pf a]\npci = 01:00.0\nvfs = 4\nvf-mac = stable\n";
  const auto mlx4 = with_pf("mlx4_core", 0x15b3, 0x020000);
  CHECK(
      message(plan(mlx4, text), "vfs-by-parameter") ==
      "p.ini:3: 0000:01:00.0: driver mlx4_core makes its VFs when it is loaded and not through "
      "sysfs: add mlx4_core.num_vfs=4 to [kernel] extra");
  CHECK_FALSE(makes_vfs(plan(mlx4, text)));
  CHECK(makes_vfs(plan(mlx4, "[kernel]\nextra = mlx4-core.num_vfs=4\n" + text)));
  // They are there: the parameter was set elsewhere.
  auto there = mlx4;
  there.pci[0].sriov->num_vfs = 4;
  CHECK_FALSE(finding(plan(there, text), "vfs-by-parameter"));
  auto booted = mlx4;
  booted.boot.cmdline += " mlx4_core.num_vfs=4";
  CHECK_FALSE(finding(plan(booted, text), "vfs-by-parameter"));

  CHECK(
      message(plan(with_pf("enic", 0x1137, 0x020000), text), "vfs-by-profile") ==
      "p.ini:3: 0000:01:00.0: 4 VFs asked, 0 exist: driver enic makes them when it is loaded, as "
      "many as the vNIC's profile in UCS Manager or CIMC says");
}

TEST_CASE("a PF on a vfio driver makes no VFs and has no port", "[sriov][report]") {
  const std::string text =
      "[pf a]\npci = 01:00.0\nvfs = 4\nvf-mac = stable\nrx-usecs = 10\nirq = reserved\n";
  for (const auto* driver : {"vfio-pci", "mlx5_vfio_pci", "xe-vfio-pci"}) {
    INFO(driver);
    const auto made = plan(with_pf(driver, 0x8086, 0x020000), text);
    CHECK(
        message(made, "vfs-by-parameter")
            .find(fmt::format(
                "the PF is on {}, which makes no VFs: leave the PF to its own driver", driver)) !=
        std::string::npos);
    CHECK_FALSE(makes_vfs(made));
    CHECK(
        message(made, "pf-without-port") ==
        fmt::format(
            "p.ini:5: 0000:01:00.0 is on {} and has no network interface on this host: interrupt "
            "coalescing is left out",
            driver));
    CHECK_FALSE(raises_port(made));
  }
  const auto allowed = plan(
      with_pf("vfio-pci", 0x8086, 0x020000), "[kernel]\nextra = vfio_pci.enable_sriov=1\n" + text);
  CHECK_FALSE(finding(allowed, "vfs-by-parameter"));
  CHECK(makes_vfs(allowed));
  CHECK(std::ranges::none_of(allowed.steps, [](const Step& step) {
    return std::holds_alternative<SetVfAttributes>(step.action) ||
           std::holds_alternative<SetCoalescing>(step.action) ||
           std::holds_alternative<PinIrqs>(step.action);
  }));
}

TEST_CASE(
    "a time turns adaptive coalescing off where the policy does not mention it",
    "[network][report]") {
  const auto last = [](std::string_view keys) {
    const auto p =
        plan(with_pf("ice", 0x8086, 0x020000), fmt::format("[pf a]\npci = 01:00.0\n{}", keys));
    return fmt::format("{}; {}", describe(p.steps.back().action), p.steps.back().because);
  };
  CHECK(
      last("rx-usecs = 0\n") ==
      "set coalescing on 0000:01:00.0: adaptive-rx off rx-usecs 0; interrupt delay from the "
      "policy, "
      "which adaptive coalescing would overrule");
  CHECK(
      last("tx-usecs = 20\nadaptive-rx = on\n") ==
      "set coalescing on 0000:01:00.0: adaptive-rx on adaptive-tx off tx-usecs 20; interrupt delay "
      "from the policy, which adaptive coalescing would overrule");
  CHECK(
      last("rx-usecs = 8\nadaptive-rx = off\n") ==
      "set coalescing on 0000:01:00.0: adaptive-rx off rx-usecs 8; interrupt delay from the "
      "policy");
  CHECK(
      last("adaptive-rx = on\n") ==
      "set coalescing on 0000:01:00.0: adaptive-rx on; interrupt delay from the policy");
}

TEST_CASE(
    "a time that the driver does not count to is an error, and a rounded one is told",
    "[network][report]") {
  const auto of = [](std::string_view driver, std::string_view keys) {
    return plan(with_pf(driver, 0x8086, 0x020000), fmt::format("[pf a]\npci = 01:00.0\n{}", keys));
  };
  CHECK(
      message(of("igb", "rx-usecs = 8192\n"), "coalescing-range") ==
      "p.ini:3: 0000:01:00.0: driver igb delays interrupts by 0 or 10 to 8191 us, not by 8192 "
      "(rx-usecs)");
  CHECK(
      message(of("igb", "rx-usecs = 3\n"), "coalescing-range") ==
      "p.ini:3: 0000:01:00.0: driver igb delays interrupts by 0 or 10 to 8191 us, not by 3 "
      "(rx-usecs); 3 is its word for adaptive coalescing");
  CHECK(
      message(of("mlx5_core", "rx-usecs = 8\ntx-usecs = 4096\n"), "coalescing-range") ==
      "p.ini:4: 0000:01:00.0: driver mlx5_core delays interrupts by 0 to 4095 us, not by 4096 "
      "(tx-usecs)");
  CHECK(
      message(of("ice", "rx-usecs = 8\nadaptive-rx = on\n"), "coalescing-range") ==
      "p.ini:3: 0000:01:00.0: driver ice takes no rx-usecs while adaptive-rx is on: leave one of "
      "the two out");
  CHECK(
      message(of("i40e", "rx-usecs = 5\n"), "coalescing-rounded") ==
      "p.ini:3: 0000:01:00.0: driver i40e makes rx-usecs = 6 of rx-usecs = 5");
  const auto rounded = of("i40e", "rx-usecs = 5\n");
  REQUIRE(finding(rounded, "coalescing-rounded"));
  CHECK(finding(rounded, "coalescing-rounded")->severity == Severity::note);
  for (const auto* driver : {"igb", "ice", "i40e", "bnxt_en", "tsnep", ""})
    CHECK_FALSE(finding(of(driver, "rx-usecs = 50\n"), "coalescing-range"));
  CHECK_FALSE(finding(of("tsnep", "rx-usecs = 60000\n"), "coalescing-range"));
  // A VF that the host keeps has the VF driver of its PF's family.
  CHECK(
      message(of("igb", "vfs = 1\n[vf a 0]\ndriver = keep\nrx-usecs = 5\n"), "coalescing-range")
          .find("driver igbvf delays") != std::string::npos);
  CHECK(
      message(
          of("igb", "vfs = 1\n[vf a 0]\ndriver = keep\nrx-usecs = 0\n"), "coalescing-rounded") ==
      "p.ini:6: 0000:01:10.0: driver igbvf makes rx-usecs = 1 of rx-usecs = 0");
}

TEST_CASE(
    "a port with one delay or one switch for both directions, or none without a delay, is told",
    "[network][report]") {
  const auto of = [](std::string_view driver, std::string_view keys) {
    return plan(with_pf(driver, 0x8086, 0x020000), fmt::format("[pf a]\npci = 01:00.0\n{}", keys));
  };
  CHECK(
      message(of("qede", "rx-usecs = 0\n"), "coalescing-range") ==
      "p.ini:3: 0000:01:00.0: driver qede delays interrupts by 1 to 511 us, not by 0 (rx-usecs)");
  CHECK(
      message(of("be2net", "rx-usecs = 8\ntx-usecs = 16\n"), "coalescing-range") ==
      "p.ini:4: 0000:01:00.0: driver be2net has one delay for receiving and sending: write "
      "rx-usecs and leave tx-usecs out");
  // No time is there to blame.
  CHECK(
      message(of("txgbe", "adaptive-rx = on\nadaptive-tx = off\n"), "coalescing-range") ==
      "p.ini:3: 0000:01:00.0: driver txgbe has one switch for adaptive-rx and adaptive-tx: write "
      "adaptive-rx alone");
  for (const auto* keys : {"rx-usecs = 8\n", "rx-usecs = 8\ntx-usecs = 8\n", "adaptive-rx = on\n"})
    CHECK_FALSE(finding(of("rvu_nicpf", keys), "coalescing-range"));
  const auto lost = of("igbvf", "rx-usecs = 25\n");
  CHECK(
      message(lost, "coalescing-lost") ==
      "p.ini:3: 0000:01:00.0: driver igbvf delays interrupts by 122 us, not by 25, once its port "
      "was down and up again; it keeps rx-usecs = 20 or 26");
  REQUIRE(finding(lost, "coalescing-lost"));
  CHECK(finding(lost, "coalescing-lost")->severity == Severity::note);
  CHECK_FALSE(finding(of("igbvf", "rx-usecs = 20\n"), "coalescing-lost"));
}

TEST_CASE("a port of ice without its DDP package is told", "[sriov][report]") {
  auto facts = with_pf("ice", 0x8086, 0x020000);
  facts.ice_packages.emplace();
  CHECK(
      message(plan(facts, "[pf a]\npci = 01:00.0\nvfs = 2\n"), "firmware-package") ==
      "p.ini:3: 0000:01:00.0: driver ice finds no DDP package in /lib/firmware/intel/ice/ddp: it "
      "starts in Safe Mode, without VFs; install your distribution's firmware for Intel E800 "
      "cards");
  REQUIRE(finding(plan(facts, "[pf a]\npci = 01:00.0\nvfs = 2\n"), "firmware-package"));
  CHECK(
      finding(plan(facts, "[pf a]\npci = 01:00.0\nvfs = 2\n"), "firmware-package")->severity ==
      Severity::warning);
  CHECK_FALSE(finding(plan(facts, "[pf a]\npci = 01:00.0\nqueues = 4\n"), "firmware-package"));
  // VFs are there: the package is in the initramfs.
  auto there = facts;
  there.pci[0].sriov->num_vfs = 2;
  CHECK_FALSE(finding(plan(there, "[pf a]\npci = 01:00.0\nvfs = 2\n"), "firmware-package"));
  // It is not known, it is there, or nobody needs it.
  facts.ice_packages.reset();
  CHECK_FALSE(finding(plan(facts, "[pf a]\npci = 01:00.0\nvfs = 2\n"), "firmware-package"));
  facts.ice_packages.emplace(1, "lib/firmware/intel/ice/ddp/ice.pkg");
  CHECK_FALSE(finding(plan(facts, "[pf a]\npci = 01:00.0\nvfs = 2\n"), "firmware-package"));
  auto other = with_pf("i40e", 0x8086, 0x020000);
  other.ice_packages.emplace();
  CHECK_FALSE(finding(plan(other, "[pf a]\npci = 01:00.0\nvfs = 2\n"), "firmware-package"));
}
