// SPDX-License-Identifier: GPL-2.0-or-later
// InfiniBand ports: what their VFs have, and what they do not have.
#include "unit/plan/one_pf.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

TEST_CASE(
    "an InfiniBand port's VFs get no Ethernet settings and wait for no port",
    "[sriov][report][network]") {
  const auto facts = with_pf("mlx5_core", 0x15b3, 0x020700);
  const auto p = plan(
      facts,
      "[pf ib]\npci = 01:00.0\nvfs = 2\nvf-driver = vfio-pci\nvf-mac = stable\nvf-trust = "
      "on\nvf-vlan = 100\nirq = reserved\n");
  CHECK(
      message(p, "infiniband-attributes") ==
      "p.ini:5: 0000:01:00.0 is an InfiniBand port, whose VFs have no MAC address, VLAN, trust, "
      "spoof check or rate: leave mac, trust, vlan out");
  REQUIRE(finding(p, "infiniband-attributes"));
  CHECK(finding(p, "infiniband-attributes")->severity == Severity::error);
  CHECK(std::ranges::count(p.findings, "infiniband-attributes", &Finding::code) == 1);
  CHECK(
      message(p, "infiniband-guids") ==
      "p.ini:3: 0000:01:00.0 is an InfiniBand port: VFs 0-1 have no GUIDs, and so no link: write "
      "vf-guid = stable");
  CHECK(makes_vfs(p));
  CHECK(std::ranges::none_of(
      p.steps, [](const Step& step) { return std::holds_alternative<BringUp>(step.action); }));
  for (const auto& vf : p.vfs)
    CHECK_FALSE(vf.mac);

  // The link state alone is set through ipoib.
  const auto link = plan(
      facts, "[pf ib]\npci = 01:00.0\nvfs = 2\nvf-link-state = enable\n[vf ib 1]\nmac = auto\n");
  CHECK_FALSE(finding(link, "infiniband-attributes"));
  CHECK(
      described(link) ==
      std::vector<std::string>{
          "load module mlx5_ib", "load module ib_ipoib", "wait for the driver of 0000:01:00.0",
          "create 2 VFs on 0000:01:00.0", "set on 0000:01:00.0: VF 0-1 state enable",
          "let the kernel choose the driver of VF 0 of 0000:01:00.0 (0000:01:10.0)",
          "let the kernel choose the driver of VF 1 of 0000:01:00.0 (0000:01:10.2)"});

  const auto range =
      plan(facts, "[pf ib]\npci = 01:00.0\nvfs = 2\nrequired = no\n[vf ib 1]\nspoofcheck = off\n");
  CHECK(message(range, "infiniband-attributes").find("leave spoofcheck out") != std::string::npos);
  REQUIRE(finding(range, "infiniband-attributes"));
  CHECK(finding(range, "infiniband-attributes")->severity == Severity::warning);
  // The same card in Ethernet mode.
  const auto ethernet = plan(
      with_pf("mlx5_core", 0x15b3, 0x020000), "[pf a]\npci = 01:00.0\nvfs = 2\nvf-mac = stable\n");
  CHECK_FALSE(finding(ethernet, "infiniband-attributes"));
  CHECK_FALSE(finding(ethernet, "infiniband-guids"));
}

TEST_CASE("an InfiniBand port's VFs get GUIDs before a driver is bound", "[sriov][network]") {
  for (const auto* driver : {"mlx5_core", ""}) {
    INFO(driver);
    auto facts = with_pf(driver, 0x15b3, 0x020700);
    facts.pci[0].node_guid = Guid{0x5c25730300bfa320};
    const auto p =
        plan(facts, "[pf ib]\npci = 01:00.0\nvfs = 2\nvf-driver = vfio-pci\nvf-guid = stable\n");
    CHECK_FALSE(finding(p, "infiniband-guids"));
    const auto steps = described(p);
    const auto at = [&](std::string_view text) {
      return std::ranges::find(steps, text) - steps.begin();
    };
    const auto guids = at("set on 0000:01:00.0: VF 0-1 guid stable");
    REQUIRE(guids < std::ssize(steps));
    for (const auto* before : {"load module mlx5_ib", "load module ib_ipoib"})
      CHECK(std::ranges::find(p.steps[guids].after, at(before)) != p.steps[guids].after.end());
    const auto bind = at("bind VF 0 of 0000:01:00.0 (0000:01:10.0) to vfio-pci");
    REQUIRE(bind < std::ssize(steps));
    CHECK(std::ranges::find(p.steps[bind].after, guids) != p.steps[bind].after.end());
    CHECK(p.vfs.at(1).guid == facts.pci[0].node_guid->stable_vf(1));
  }
}

TEST_CASE("GUIDs count up from the one that the policy names", "[sriov][network]") {
  const auto facts = with_pf("mlx5_core", 0x15b3, 0x020700);
  const auto p = plan(
      facts,
      "[pf ib]\npci = 01:00.0\nvfs = 4\nvf-guid = 02:11:22:33:44:55:66:fe\n[vf ib 2-3]\n"
      "guid = 06:00:00:00:00:00:00:01\n");
  const auto guid = [&](unsigned vf) { return p.vfs.at(vf).guid ? p.vfs[vf].guid->str() : "none"; };
  CHECK(guid(0) == "02:11:22:33:44:55:66:fe");
  CHECK(guid(1) == "02:11:22:33:44:55:66:ff");
  CHECK(guid(2) == "06:00:00:00:00:00:00:01");
  CHECK(guid(3) == "06:00:00:00:00:00:00:02");
  const auto some = plan(facts, "[pf ib]\npci = 01:00.0\nvfs = 4\n[vf ib 1-3]\nguid = stable\n");
  CHECK(
      message(some, "infiniband-guids") ==
      "p.ini:3: 0000:01:00.0 is an InfiniBand port: VF 0 has no GUIDs, and so no link: write "
      "vf-guid = stable");
  CHECK_FALSE(some.vfs.at(1).guid);
}

TEST_CASE(
    "a port that is not InfiniBand, or whose driver takes none, gets no GUIDs",
    "[sriov][network][report]") {
  const std::string text = "[pf a]\npci = 01:00.0\nvfs = 4\nvf-guid = stable\n";
  const auto sets_any = [](const Plan& p) {
    return std::ranges::any_of(p.steps, [](const Step& step) {
      return std::holds_alternative<SetVfAttributes>(step.action);
    });
  };
  for (const auto class_code : {0x020000u, 0x010802u}) {
    const auto p = plan(with_pf("mlx5_core", 0x15b3, class_code), text);
    CHECK(
        message(p, "guid-not-infiniband") ==
        "p.ini:4: 0000:01:00.0 is not an InfiniBand port, so its VFs have no GUIDs: leave vf-guid "
        "out");
    REQUIRE(finding(p, "guid-not-infiniband"));
    CHECK(finding(p, "guid-not-infiniband")->severity == Severity::error);
    CHECK_FALSE(sets_any(p));
    CHECK(makes_vfs(p));
  }
  const auto other = plan(with_pf("hfi1", 0x8086, 0x020700), text);
  CHECK(
      message(other, "guid-unsupported") ==
      "p.ini:4: 0000:01:00.0: driver hfi1 takes no GUIDs for its VFs through ip link, and vfirst "
      "sets them in no other way: leave vf-guid out");
  CHECK_FALSE(finding(other, "infiniband-guids"));
  CHECK_FALSE(sets_any(other));
}
