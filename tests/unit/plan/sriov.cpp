// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/plan/machine.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr auto kUplink =
    "[pf uplink]\nvendor = 8086\ndevice = 10c9\nexpect = 2\nvfs = 2\nvf-driver = vfio-pci\n";

Facts two_nics() {
  auto facts = Machine{}.facts();
  facts.pci = {nic("0000:01:00.0", 0), nic("0000:41:00.0", 1)};
  return facts;
}

}  // namespace

TEST_CASE("VFs are addressed by offset and stride", "[sriov][report]") {
  const auto p = plan(two_nics(), kUplink);
  REQUIRE(p.vfs.size() == 4);
  CHECK(p.vfs[0].address.str() == "0000:01:10.0");
  CHECK(p.vfs[1].address.str() == "0000:01:10.2");
  CHECK(p.vfs[2].address.str() == "0000:41:10.0");
  CHECK(p.vfs[3].driver.str() == "vfio-pci");
  CHECK(p.pfs.size() == 2);
  CHECK(p.pfs[1].node == 1);
}

TEST_CASE("steps stand in the order in which they wait for each other", "[sriov][report][steps]") {
  auto facts = two_nics();
  facts.pci.pop_back();
  const auto p = plan(
      facts,
      "[cpu]\nisolate = yes\n[power]\nisolated-latency-us = 0\n[pf uplink]\npci = "
      "01:00.0\nvfs = 2\nvf-driver = vfio-pci\nvf-mac = stable\nvf-trust = off\n"
      "vf-queues = 4\nrx-usecs = 0\nadaptive-rx = off\nqueues = 4\nirq = local-reserved\n");
  CHECK(
      described(p) ==
      std::vector<std::string>{
          "send new interrupts to CPUs 0,4,8,12", "load module vfio-pci",
          "wait for the driver of 0000:01:00.0", "bring 0000:01:00.0 up",
          "create 2 VFs on 0000:01:00.0", "give VF 0 of 0000:01:00.0 4 MSI-X vectors",
          "give VF 1 of 0000:01:00.0 4 MSI-X vectors",
          "set on 0000:01:00.0: VF 0-1 mac stable trust off",
          "bind VF 0 of 0000:01:00.0 (0000:01:10.0) to vfio-pci",
          "bind VF 1 of 0000:01:00.0 (0000:01:10.2) to vfio-pci", "set 4 queues on 0000:01:00.0",
          "set coalescing on 0000:01:00.0: adaptive-rx off rx-usecs 0",
          "pin interrupts of 0000:01:00.0 to CPUs 0,8",
          "limit idle latency of CPUs 1-3,5-7,9-11,13-15 to 0 us"});
  for (std::size_t i = 0; i < p.steps.size(); ++i)
    for (auto before : p.steps[i].after)
      CHECK(before < i);
  CHECK(p.steps[2].after == std::vector<std::size_t>{0});
  CHECK(p.steps[8].after == std::vector<std::size_t>{1, 4, 5, 6, 7});
  CHECK(p.steps[12].after == std::vector<std::size_t>{10});
}

TEST_CASE(
    "the plan is the same before a PF has its driver and its VFs, and after", "[sriov][report]") {
  const auto text = std::string(kUplink) + "vf-mac = stable\nirq = local-reserved\n";
  const auto after = plan(two_nics(), text);
  auto facts = two_nics();
  for (auto& f : facts.pci) {
    f.driver.clear();
    f.ports.clear();
  }
  const auto before = plan(facts, text);
  CHECK(before.steps == after.steps);
  CHECK(before.hash() == after.hash());
  CHECK(after.vfs[0].mac == nic("0000:01:00.0").ports[0].permanent_mac->stable_vf(0));
  CHECK_FALSE(before.vfs[0].mac);
}

TEST_CASE(
    "another argument or another step is another hash",
    "[sriov][report][kernel-arguments][steps]") {
  const auto hash = plan(two_nics(), kUplink).hash();
  CHECK(hash.size() == 12);
  CHECK(plan(two_nics(), std::string(kUplink) + "[iommu]\nmode = translated\n").hash() != hash);
  CHECK(plan(two_nics(), std::string(kUplink) + "vf-trust = on\n").hash() != hash);
}

TEST_CASE("facts in another order make the same plan", "[sriov][report]") {
  auto facts = two_nics();
  const auto text =
      std::string("[cpu]\nisolate = yes\n[hugepages]\nsize = 1G\nper-node = 50%\n") + kUplink;
  const auto p = plan(facts, text);
  std::ranges::reverse(facts.pci);
  std::ranges::reverse(facts.numa);
  std::ranges::reverse(facts.cpu.cpus);
  CHECK(plan(facts, text) == p);
}

TEST_CASE(
    "another number of PFs than expected is an error finding, and nothing is done for the "
    "section",
    "[sriov][report]") {
  auto facts = two_nics();
  const auto p = plan(facts, "[pf uplink]\nvendor = 8086\nexpect = 3\nvfs = 2\n");
  CHECK(
      message(p, "pf-expect") ==
      "p.ini:3: [pf uplink] expect = 3, but 2 PFs match (0000:01:00.0, 0000:41:00.0): this section "
      "is skipped");
  CHECK(finding(p, "pf-expect")->severity == Severity::error);
  CHECK(p.steps.empty());
  CHECK(p.pfs.empty());
  CHECK(
      message(plan(facts, "[pf a]\nvendor = 15b3\n"), "pf-expect") ==
      "p.ini:1: [pf a] expect = 1, but no PFs match: this section is skipped");
  CHECK(
      finding(plan(facts, "[pf a]\nvendor = 15b3\nrequired = no\n"), "pf-expect")->severity ==
      Severity::warning);
}

TEST_CASE(
    "a selector that needs a driver names the functions that have none yet", "[sriov][report]") {
  auto facts = two_nics();
  facts.pci[1].driver.clear();
  CHECK(
      message(plan(facts, "[pf a]\ndriver = igb\nexpect = 2\n"), "pf-expect")
          .find("; cannot be matched until a driver is bound: 0000:41:00.0") != std::string::npos);
}

TEST_CASE("VFs and bridges match no selector", "[sriov][report]") {
  auto facts = two_nics();
  auto vf = nic("0000:01:10.0");
  vf.physfn = facts.pci[0].address;
  vf.sriov.reset();
  auto bridge = nic("0000:00:1c.0");
  bridge.class_code = 0x060400;
  facts.pci.insert(facts.pci.begin() + 1, vf);
  facts.pci.insert(facts.pci.begin(), bridge);
  CHECK(plan(facts, kUplink).pfs.size() == 2);
}

TEST_CASE("every selector narrows", "[sriov][report]") {
  auto facts = two_nics();
  facts.pci[0].subsystem_vendor = 0x8086;
  facts.pci[0].subsystem_device = 0xa03c;
  facts.pci[0].slot = "2";
  facts.pci[0].ports[0].dev_port = 0;
  facts.pci[1].ports[0].phys_port_name = "p1";
  for (const auto* one :
       {"pci = 0000:01:*", "pci = 01:00.?", "subsystem = 8086:A03C", "subsystem = *:a03c",
        "slot = 2", "mac = 52:54:00:00:00:01", "node = 0", "ifname = enp1*", "port = 0"}) {
    INFO(one);
    const auto p = plan(facts, fmt::format("[pf a]\n{}\nvfs = 1\n", one));
    REQUIRE(p.pfs.size() == 1);
    CHECK(p.pfs[0].address.str() == "0000:01:00.0");
  }
  CHECK(plan(facts, "[pf a]\nport = p1\nvfs = 1\n").pfs.at(0).address.str() == "0000:41:00.0");
}

TEST_CASE("mac is the permanent address, whatever the port uses now", "[sriov][report]") {
  auto facts = two_nics();
  auto &one = facts.pci[0].ports[0], &two = facts.pci[1].ports[0];
  const auto first = *one.permanent_mac, second = *two.permanent_mac;
  const auto chosen = [&](const MacAddress& mac) {
    const auto p = plan(facts, fmt::format("[pf a]\nmac = {}\nvfs = 1\n", mac.str()));
    return p.pfs.empty() ? message(p, "pf-expect") : p.pfs[0].address.str();
  };
  // A bond of both: each uses the first one's.
  two.mac = first;
  one.mac_origin = two.mac_origin = MacOrigin::set;
  CHECK(chosen(first) == "0000:01:00.0");
  CHECK(chosen(second) == "0000:41:00.0");
  // Its own address is not shown: neither is taken for it.
  two.permanent_mac.reset();
  CHECK(chosen(first) == "0000:01:00.0");
  one.permanent_mac.reset();
  CHECK(
      chosen(second) ==
      "p.ini:1: [pf a] expect = 1, but no PFs match; the permanent address of enp1s0 "
      "(0000:01:00.0), enp65s0 (0000:41:00.0) is not shown, and the one in use is another: this "
      "section is skipped");
  CHECK(chosen(first).starts_with("p.ini:1: [pf a] expect = 1, but no PFs match"));
  // An inventory that does not say how the address came about.
  one.mac_origin = MacOrigin::unknown;
  CHECK(chosen(first) == "0000:01:00.0");
}

TEST_CASE("a representor's name, address and number select nothing", "[sriov][report]") {
  for (const auto* name : {"pf0vf0", "pf0sf88", "c1pf0vf3", "pf1", "c1pf0"}) {
    INFO(name);
    auto facts = two_nics();
    NetPort representor;
    representor.name = "rep0";
    representor.mac = representor.permanent_mac = *MacAddress::parse("02:00:00:00:00:99");
    representor.mac_origin = MacOrigin::permanent;
    representor.dev_port = 7;
    representor.phys_port_name = name;
    representor.speed_mbps = 1'000'000;
    facts.pci[0].ports.insert(facts.pci[0].ports.begin(), representor);
    for (const auto* key :
         {"mac = 02:00:00:00:00:99", "ifname = rep0", "port = 7", "port = *pf*"}) {
      INFO(key);
      CHECK(plan(facts, fmt::format("[pf a]\n{}\nvfs = 1\n", key)).pfs.empty());
    }
    const auto p = plan(facts, "[pf a]\npci = 01:00.0\nvfs = 1\nvf-mac = stable\n");
    CHECK(p.vfs.at(0).mac == facts.pci[0].ports[1].permanent_mac->stable_vf(0));
  }
}

TEST_CASE("the steps go to the port that the section names", "[sriov][report]") {
  auto facts = two_nics();
  auto second = facts.pci[0].ports[0];
  second.name = "enp1s0d1";
  second.dev_port = 1;
  second.permanent_mac = *MacAddress::parse("52:54:00:00:00:77");
  facts.pci[0].ports.push_back(second);
  const auto p = plan(
      facts,
      "[pf a]\nvendor = 8086\nport = 1\nvfs = 1\nvf-mac = stable\nqueues = 2\n"
      "rx-usecs = 8\n");
  const auto lines = described(p);
  const auto has = [&](std::string_view line) {
    return std::ranges::find(lines, line) != lines.end();
  };
  CHECK(has("set 2 queues on 0000:01:00.0 port 1"));
  CHECK(has("set coalescing on 0000:01:00.0 port 1: adaptive-rx off rx-usecs 8"));
  CHECK(has("set on 0000:01:00.0 port 1: VF 0 mac stable"));
  CHECK(p.vfs.at(0).mac == second.permanent_mac->stable_vf(0));
}

TEST_CASE("where root's carrier is unknown, what may be it needs the owner's word", "[sriov]") {
  auto facts = two_nics();
  facts.unknown_carriers = {{UnknownCarrier::Reach::network, "root filesystem", "no route"}};
  CHECK(
      message(plan(facts, kUplink), "pf-critical") ==
      "p.ini:1: [pf uplink] 0000:01:00.0 is left alone: 0000:01:00.0 may carry root filesystem (no "
      "route); allow-unknown-carrier = yes permits it, if you know that it does not");
  CHECK(plan(facts, kUplink).pfs.empty());
  const auto word = std::string(kUplink) + "allow-unknown-carrier = yes\n";
  CHECK(plan(facts, word).pfs.size() == 2);
  // A NIC carries no pool of disks, a drive no network.
  facts.unknown_carriers[0].reach = UnknownCarrier::Reach::storage;
  CHECK(plan(facts, kUplink).pfs.size() == 2);
  facts.pci[0].class_code = 0x010802;
  CHECK(plan(facts, kUplink).pfs.size() == 1);
  // The word does not cover what is known.
  facts.critical = {{bdf("0000:41:00.0"), "root filesystem (NFS)"}};
  CHECK(plan(facts, word).pfs.size() == 1);
  CHECK(message(plan(facts, word), "pf-critical")
            .ends_with("0000:41:00.0 carries root filesystem (NFS)"));
  CHECK(plan(facts, std::string(kUplink) + "allow-boot-nic = yes\n").pfs.empty());
  // One of several.
  facts.unknown_carriers.clear();
  facts.critical = {{bdf("0000:41:00.0"), "root filesystem (a pool)", true}};
  CHECK(
      message(plan(facts, kUplink), "pf-critical")
          .ends_with("0000:41:00.0 may carry root filesystem (a pool); allow-unknown-carrier = yes "
                     "permits it, if you know that it does not"));
  CHECK(plan(facts, word).pfs.size() == 2);
}

TEST_CASE("two sections that match one PF are refused with both lines", "[sriov][report]") {
  CHECK(
      refusal(two_nics(), "[pf a]\nnode = 0\n[pf b]\nvendor = 8086\nexpect = 2\n") ==
      "p.ini:3: [pf b] and p.ini:1: [pf a] both match 0000:01:00.0");
}

TEST_CASE(
    "a VF that the host uses has its own coalescing, behind its driver; one that goes to a guest "
    "has it there",
    "[sriov][report][network]") {
  auto facts = two_nics();
  facts.pci.pop_back();
  const auto p = plan(
      facts,
      "[pf a]\nnode = 0\nvfs = 3\nvf-driver = vfio-pci\n[vf a 0]\ndriver = keep\nrx-usecs = "
      "20\n[vf a 1]\ndriver = keep\nrx-usecs = 30\nadaptive-rx = off\n");
  const auto words = described(p);
  const auto place = [&](std::string_view what) {
    return static_cast<std::size_t>(std::ranges::find(words, what) - words.begin());
  };
  const auto kept =
                 place("let the kernel choose the driver of VF 0 of 0000:01:00.0 (0000:01:10.0)"),
             up = place("bring 0000:01:10.0 up"),
             set = place("set coalescing on 0000:01:10.0: adaptive-rx off rx-usecs 20");
  REQUIRE(set < words.size());
  CHECK(p.steps[up].after == std::vector<std::size_t>{kept});
  CHECK(p.steps[set].after == std::vector<std::size_t>{up});
  CHECK(p.steps[set].policy.str() == "p.ini:7");
  CHECK(place("set coalescing on 0000:01:10.2: adaptive-rx off rx-usecs 30") < words.size());
  CHECK(
      message(
          plan(facts, "[pf a]\nnode = 0\nvfs = 1\nvf-driver = vfio-pci\nvf-tx-usecs = 20\n"),
          "vf-without-port") ==
      "p.ini:5: VF 0 of 0000:01:00.0 (vfio-pci) has no network interface on this host: set its "
      "coalescing in its guest, with a policy that has role = guest");
}

TEST_CASE("a step cites the key that asks for it, whichever that is", "[sriov][report][steps]") {
  const auto step_line = [](std::string_view key, auto is_it) {
    const auto text = fmt::format("[pf a]\nnode = 0\nvfs = 2\nvf-driver = keep\n{}\n", key);
    const auto made = plan(two_nics(), text);
    for (const auto& step : made.steps)
      if (is_it(step.action)) return step.policy.str();
    return std::string("no such step");
  };
  const auto attributes = [](const Action& x) {
    return std::holds_alternative<SetVfAttributes>(x);
  };
  for (const auto* key :
       {"vf-mac = stable", "vf-trust = on", "vf-spoofcheck = off", "vf-vlan = 5",
        "vf-link-state = enable", "vf-min-rate = 10", "vf-max-rate = 10"}) {
    INFO(key);
    CHECK(step_line(key, attributes) == "p.ini:5");
  }
  // of two keys, the first
  CHECK(step_line("vf-spoofcheck = off\nvf-trust = on", attributes) == "p.ini:5");
  const auto up = [](const Action& x) { return std::holds_alternative<BringUp>(x); };
  CHECK(step_line("rx-usecs = 5", up) == "p.ini:5");
  CHECK(step_line("irq = reserved", up) == "p.ini:5");
  CHECK(step_line("vf-mac = stable", up) == "p.ini:5");
  // The default driver of a VF is no key: the VF is there because of `vfs`.
  const auto made = plan(two_nics(), "[pf a]\nnode = 0\nvfs = 1\n");
  for (const auto& step : made.steps)
    if (std::holds_alternative<BindDriver>(step.action)) CHECK(step.policy.str() == "p.ini:3");
}

TEST_CASE(
    "more VFs than the hardware has are an error finding, never fewer in silence",
    "[sriov][report]") {
  const auto p = plan(two_nics(), "[pf a]\nnode = 0\nvfs = 8\nrx-usecs = 3\n");
  CHECK(
      message(p, "vfs-too-many") ==
      "p.ini:3: 0000:01:00.0: 8 VFs asked, hardware has 7 (set by the driver)");
  CHECK(p.vfs.empty());
  CHECK(described(p).back() == "set coalescing on 0000:01:00.0: adaptive-rx off rx-usecs 3");
  CHECK(plan(two_nics(), "[pf a]\nnode = 0\nvfs = max\n").vfs.size() == 7);
}

TEST_CASE(
    "a function without SR-IOV, or whose firmware offers no VF, is named", "[sriov][report]") {
  auto facts = two_nics();
  facts.pci[0].sriov.reset();
  CHECK(message(plan(facts, "[pf a]\nnode = 0\nvfs = 1\n"), "pf-no-sriov")
            .starts_with("p.ini:3: 0000:01:00.0: no SR-IOV capability"));
  facts.pci[1].sriov->total_vfs = 0;
  CHECK(message(plan(facts, "[pf a]\nnode = 1\nvfs = max\n"), "pf-no-sriov")
            .starts_with("p.ini:3: 0000:41:00.0: its firmware offers 0 VFs"));
}

TEST_CASE(
    "a range of VFs has its own settings, and its first MAC address starts at the range",
    "[sriov][report][network]") {
  const auto p = plan(
      two_nics(),
      "[pf a]\nnode = 0\nvfs = 4\nvf-driver = vfio-pci\nvf-trust = off\n[vf a "
      "2-3]\ndriver = keep\nmac = 52:54:00:aa:00:10\nvlan = 100\n");
  CHECK(p.vfs[1].driver.str() == "vfio-pci");
  CHECK(p.vfs[2].driver.str() == "keep");
  CHECK(p.vfs[3].mac->str() == "52:54:00:aa:00:11");
  const auto steps = described(p);
  CHECK(
      std::ranges::find(
          steps,
          "set on 0000:01:00.0: VF 0-1 trust off; VF 2 mac 52:54:00:aa:00:10 trust "
          "off vlan 100; VF 3 mac 52:54:00:aa:00:11 trust off vlan 100") != steps.end());
  CHECK(
      std::ranges::find(
          steps, "let the kernel choose the driver of VF 2 of 0000:01:00.0 (0000:01:10.4)") !=
      steps.end());
}

TEST_CASE(
    "the step of a VF's attribute cites the line of that attribute", "[sriov][report][steps]") {
  for (const auto* line :
       {"vf-spoofcheck = on", "vf-trust = off", "vf-vlan = 5", "vf-qos = 3",
        "vf-link-state = enable", "vf-max-rate = 10", "vf-mac = stable"}) {
    INFO(line);
    const auto p = plan(two_nics(), fmt::format("[pf a]\nnode = 0\nvfs = 2\n{}\n", line));
    const auto step = std::ranges::find_if(p.steps, [](const Step& one) {
      return std::holds_alternative<SetVfAttributes>(one.action);
    });
    REQUIRE(step != p.steps.end());
    CHECK(step->policy.str() == "p.ini:4");
  }
}

TEST_CASE(
    "VFs on a variant driver are as unsafe for their IOMMU group as VFs on vfio-pci",
    "[sriov][report][iommu]") {
  auto facts = two_nics();
  facts.critical = {{bdf("0000:01:00.3"), "root filesystem"}};
  facts.pci[0].iommu_group = 7;
  facts.iommu.groups = {{7, "DMA", {bdf("0000:01:00.0"), bdf("0000:01:00.3")}}};
  for (const auto* driver : {"mlx5_vfio_pci", "qat-vfio-pci", "any_vfio_pci"}) {
    INFO(driver);
    const auto policy = fmt::format("[pf a]\nnode = 0\nvfs = 1\nvf-driver = {}\n", driver);
    CHECK(
        message(plan(facts, policy), "pf-critical").find("shares IOMMU group 7") !=
        std::string::npos);
  }
}

TEST_CASE(
    "without an IOMMU the VFs are made, not bound, and the finding says where to switch it on",
    "[sriov][report][iommu]") {
  auto facts = two_nics();
  facts.iommu.dmar = false;
  const auto p = plan(facts, kUplink);
  CHECK(
      message(p, "iommu-missing") ==
      "p.ini:6: the firmware shows no IOMMU (no DMAR table): turn VT-d on in the BIOS setup; until "
      "then the VFs are created but not bound to vfio-pci");
  CHECK(finding(p, "iommu-missing")->severity == Severity::error);
  CHECK(p.cmdline().empty());
  CHECK(p.vfs.size() == 4);
  for (const auto& line : described(p)) {
    CHECK_FALSE(line.starts_with("bind"));
    CHECK_FALSE(line.starts_with("load"));
  }
}

TEST_CASE(
    "a device that carries the host is left alone, its VFs and its IOMMU group as well",
    "[sriov][report][iommu]") {
  auto facts = two_nics();
  facts.critical = {{bdf("0000:01:00.0"), "default route"}};
  auto p = plan(facts, kUplink);
  CHECK(
      message(p, "pf-critical") ==
      "p.ini:1: [pf uplink] 0000:01:00.0 is left alone: 0000:01:00.0 carries default route; "
      "allow-boot-nic = yes permits it");
  CHECK(p.pfs.size() == 1);
  CHECK(p.vfs.size() == 2);

  facts.critical = {{bdf("0000:01:00.3"), "root filesystem"}};
  facts.pci[0].iommu_group = 7;
  facts.iommu.groups = {{7, "DMA", {bdf("0000:01:00.0"), bdf("0000:01:00.3")}}};
  CHECK(message(plan(facts, kUplink), "pf-critical")
            .ends_with("left alone: 0000:01:00.3 carries root filesystem and shares IOMMU group 7 "
                       "with it (members: 0000:01:00.0, 0000:01:00.3)"));
  CHECK_FALSE(finding(plan(facts, "[pf a]\nnode = 0\nvfs = 1\nvf-driver = keep\n"), "pf-critical"));
}

TEST_CASE(
    "a VF that exists already takes its own IOMMU group along, which may not be its PF's",
    "[sriov][report][iommu]") {
  auto facts = two_nics();
  auto vf = nic("0000:01:10.0");
  vf.physfn = bdf("0000:01:00.0");
  vf.sriov.reset();
  vf.iommu_group = 9;
  facts.pci.push_back(vf);
  facts.pci[0].iommu_group = 7;
  facts.iommu.groups = {
      {7, "DMA", {bdf("0000:01:00.0")}}, {9, "DMA", {bdf("0000:00:17.0"), bdf("0000:01:10.0")}}};
  CHECK_FALSE(finding(plan(facts, kUplink), "pf-critical"));
  facts.critical = {{bdf("0000:00:17.0"), "root filesystem"}};
  CHECK(message(plan(facts, kUplink), "pf-critical")
            .ends_with("left alone: 0000:00:17.0 carries root filesystem and shares IOMMU group 9 "
                       "with its VF 0000:01:10.0 (members: 0000:00:17.0, 0000:01:10.0)"));
  CHECK_FALSE(finding(plan(facts, "[pf a]\nnode = 0\nvfs = 1\nvf-driver = keep\n"), "pf-critical"));
  // A VF of the host's own network: whoever allows the PF allows its VF.
  facts.critical = {{bdf("0000:01:10.0"), "default route"}};
  facts.iommu.groups[1].members = {bdf("0000:01:10.0")};
  const auto word = std::string(kUplink) + "allow-boot-nic = yes\n";
  CHECK(finding(plan(facts, kUplink), "pf-critical"));
  CHECK_FALSE(finding(plan(facts, word), "pf-critical"));
}

TEST_CASE(
    "a NIC that the host booted over is left alone unless the policy says otherwise, and never "
    "with more than the network on it",
    "[sriov][report][network][policy]") {
  auto facts = two_nics();
  facts.critical = {{bdf("0000:01:00.0"), "default route"}, {bdf("0000:01:00.0"), "network boot"}};
  const auto p = plan(facts, kUplink);
  CHECK(
      message(p, "pf-critical") ==
      "p.ini:1: [pf uplink] 0000:01:00.0 is left alone: 0000:01:00.0 carries default route, "
      "network boot; allow-boot-nic = yes permits it");
  for (const auto& line : described(p))
    CHECK(line.find("0000:01:00.0") == line.npos);
  const auto allowed = std::string(kUplink) + "allow-boot-nic = yes\n";
  CHECK_FALSE(finding(plan(facts, allowed), "pf-critical"));
  CHECK(plan(facts, allowed).vfs.size() == 4);

  // over Fibre Channel or iSCSI on the same card
  facts.critical.push_back({bdf("0000:01:00.0"), "swap"});
  CHECK(message(plan(facts, allowed), "pf-critical").ends_with("0000:01:00.0 carries swap"));
  facts.critical = {{bdf("0000:01:00.3"), "network boot"}};
  facts.pci[0].iommu_group = 7;
  facts.iommu.groups = {{7, "DMA", {bdf("0000:01:00.0"), bdf("0000:01:00.3")}}};
  // another port's boot NIC in its group is not this one
  CHECK(finding(plan(facts, allowed), "pf-critical"));
}

TEST_CASE(
    "a NIC that may be the boot NIC is left alone until it is known", "[sriov][report][network]") {
  auto facts = two_nics();
  facts.critical = {
      {bdf("0000:01:00.0"),
       "network boot, perhaps (no port has BOOTIF's address 52:54:00:76:66:b0 yet)"}};
  CHECK(
      message(plan(facts, kUplink), "pf-critical")
          .find("carries network boot, perhaps (no port has BOOTIF's address 52:54:00:76:66:b0 "
                "yet)") != std::string::npos);
}

TEST_CASE(
    "bnxt_en ports come up before VFs are made, driver bound or not", "[sriov][report][network]") {
  auto facts = two_nics();
  facts.pci[0].vendor = 0x14e4;
  facts.pci[0].driver.clear();
  const auto steps = described(plan(facts, "[pf a]\nnode = 0\nvfs = 1\n"));
  CHECK(steps[1] == "bring 0000:01:00.0 up");
  CHECK(described(plan(facts, "[pf a]\nnode = 1\nvfs = 1\n"))[1] == "create 1 VF on 0000:41:00.0");
}

TEST_CASE(
    "what only network devices have is left out for NVMe, and its interrupts are best effort",
    "[sriov][report][irq]") {
  auto facts = two_nics();
  facts.pci[0].class_code = 0x010802;
  facts.pci[0].ports.clear();
  const auto p = plan(
      facts,
      "[pf disk]\nnode = 0\nvfs = 2\nvf-driver = vfio-pci\nvf-mac = "
      "stable\nrx-usecs = 3\nirq = reserved\n");
  const auto steps = described(p);
  CHECK(std::ranges::none_of(steps, [](const std::string& s) {
    return s.starts_with("set on") || s.starts_with("set coalescing") || s.starts_with("bring");
  }));
  CHECK(finding(p, "not-a-nic"));
  CHECK(finding(p, "irq-managed"));
  CHECK_FALSE(p.steps.back().required);
}

TEST_CASE("a best-effort section makes best-effort steps", "[sriov][report][steps]") {
  const auto p = plan(two_nics(), std::string(kUplink) + "required = no\n");
  // vfio-pci itself
  CHECK(p.steps[0].required);
  for (std::size_t i = 1; i < p.steps.size(); ++i)
    CHECK_FALSE(p.steps[i].required);
}

TEST_CASE(
    "interrupts go to the PF's node, to all reserved CPUs where it has none, never to isolated "
    "ones",
    "[sriov][report][cpu][irq]") {
  const auto facts = two_nics();
  const auto isolate = std::string("[cpu]\nisolate = yes\n");
  CHECK(
      described(plan(facts, isolate + "[pf a]\nnode = 1\nirq = local-reserved\n")).back() ==
      "pin interrupts of 0000:41:00.0 to CPUs 4,12");
  CHECK(
      described(plan(facts, isolate + "[pf a]\nnode = 1\nirq = reserved\n")).back() ==
      "pin interrupts of 0000:41:00.0 to CPUs 0,4,8,12");
  CHECK(
      described(plan(facts, isolate + "[pf a]\nnode = 1\nirq = 4,12\n")).back() ==
      "pin interrupts of 0000:41:00.0 to CPUs 4,12");
  CHECK(
      refusal(facts, isolate + "[pf a]\nnode = 1\nirq = 4-5\n") ==
      "p.ini:5: irq = 4-5: CPUs 5 are isolated for guests");
  auto far = facts;
  far.pci[1].node = 3;
  const auto p = plan(far, isolate + "[pf a]\nnode = 3\nirq = local-reserved\n");
  CHECK(described(p).back() == "pin interrupts of 0000:41:00.0 to CPUs 0,4,8,12");
  CHECK(finding(p, "irq-remote-node"));
}

TEST_CASE("VFs whose bus does not exist are one error, and none is made", "[sriov][report]") {
  auto facts = two_nics();
  auto& pf = facts.pci[1];
  pf.address = bdf("0000:ff:00.0");
  pf.sriov->offset = 384, pf.sriov->stride = 4;
  const auto of = [&](std::string_view vfs) {
    return plan(facts, fmt::format("[pf a]\nnode = 1\nvfs = {}\n", vfs));
  };
  const auto made = [](const Plan& p) {
    return std::ranges::any_of(
        p.steps, [](const Step& step) { return std::holds_alternative<CreateVfs>(step.action); });
  };
  CHECK(
      message(of("4"), "vf-address") ==
      "p.ini:3: 0000:ff:00.0: all 4 VFs would lie beyond bus ff, the last one of a PCI domain, "
      "and then the kernel makes none");
  CHECK(std::ranges::count(of("4").findings, "vf-address", &Finding::code) == 1);
  CHECK_FALSE(made(of("4")));
  CHECK(of("4").vfs.empty());

  // Routing IDs 0x4180, 0x41c0, 0x4200, ...
  pf.address = bdf("0000:41:00.0");
  pf.sriov->offset = 128, pf.sriov->stride = 64;
  CHECK_FALSE(finding(of("max"), "vf-address"));
  pf.sriov->last_bus = 0x41;
  CHECK(
      message(of("max"), "vf-address") ==
      "p.ini:3: 0000:41:00.0: VFs 2-6 would lie beyond bus 41, the last one behind its bridge, and "
      "then the kernel makes none: write vfs = 2, or let the kernel number the buses: add "
      "pci=assign-busses to [kernel] extra");
  CHECK_FALSE(made(of("max")));
  CHECK(message(of("3"), "vf-address").find(": VF 2 would lie") != std::string::npos);
  CHECK_FALSE(finding(of("2"), "vf-address"));
  CHECK(made(of("2")));
  // What exists has addresses.
  pf.sriov->num_vfs = 7;
  CHECK_FALSE(finding(of("max"), "vf-address"));
  CHECK(made(of("max")));
}

TEST_CASE("a PF whose VFs' addresses are not shown is one error", "[sriov][report]") {
  auto facts = two_nics();
  for (const auto& [offset, stride] : {std::pair{0u, 0u}, {0u, 2u}, {128u, 0u}}) {
    facts.pci[1].sriov->offset = offset, facts.pci[1].sriov->stride = stride;
    const auto p = plan(facts, "[pf a]\nnode = 1\nvfs = 4\n");
    CHECK(std::ranges::count(p.findings, "vf-address", &Finding::code) == 1);
    CHECK(
        message(p, "vf-address") ==
        "0000:41:00.0: this tree does not show the addresses of its VFs: they are created but not "
        "bound");
  }
}

TEST_CASE(
    "ice's switch changes its mode before there are VFs, mlx5's once they exist and before they "
    "have drivers",
    "[sriov][report]") {
  const std::string text =
      "[pf uplink]\npci = 01:00.0\nvfs = 1\nvf-driver = vfio-pci\nvf-trust = on\neswitch = "
      "switchdev\nrx-usecs = 8\n";
  auto facts = two_nics();
  facts.pci.pop_back();
  facts.pci[0].driver = "ice";
  const std::vector<std::string> ice{
      "load module vfio-pci",
      "wait for the driver of 0000:01:00.0",
      "set the eswitch of 0000:01:00.0 to switchdev mode",
      "bring 0000:01:00.0 up",
      "create 1 VF on 0000:01:00.0",
      "set on 0000:01:00.0: VF 0 trust on",
      "bind VF 0 of 0000:01:00.0 (0000:01:10.0) to vfio-pci",
      "set coalescing on 0000:01:00.0: adaptive-rx off rx-usecs 8"};
  CHECK(described(plan(facts, text)) == ice);
  // by its vendor, before the driver is there
  facts.pci[0].driver.clear();
  CHECK(described(plan(facts, text)) == ice);
  facts.pci[0].vendor = 0x15b3;
  const std::vector<std::string> mlx5{
      "load module vfio-pci",
      "wait for the driver of 0000:01:00.0",
      "create 1 VF on 0000:01:00.0",
      "set on 0000:01:00.0: VF 0 trust on",
      "set the eswitch of 0000:01:00.0 to switchdev mode",
      "bind VF 0 of 0000:01:00.0 (0000:01:10.0) to vfio-pci",
      "bring 0000:01:00.0 up",
      "set coalescing on 0000:01:00.0: adaptive-rx off rx-usecs 8"};
  CHECK(described(plan(facts, text)) == mlx5);
  facts.pci[0].driver = "mlx5_core";
  const auto late = plan(facts, text);
  CHECK(described(late) == mlx5);
  CHECK(late.steps[5].after == std::vector<std::size_t>{0, 2, 3, 4});
  CHECK(late.steps[6].after == std::vector<std::size_t>{2, 4});
}
TEST_CASE("an eswitch mode on what is no network device is a finding", "[sriov][report]") {
  auto facts = two_nics();
  facts.pci.pop_back();
  facts.pci[0].class_code = 0x010802;
  CHECK(
      message(plan(facts, "[pf disk]\npci = 01:00.0\nvfs = 1\neswitch = switchdev\n"), "not-a-nic")
          .find("eswitch is left out") != std::string::npos);
}

TEST_CASE(
    "where an inventory does not show VFs, the arguments are those of the host that does, and no "
    "step is planned for them",
    "[sriov][report][kernel-arguments][steps]") {
  const auto text = std::string(kUplink) + "[hugepages]\nsize = 1G\nper-node = 90%\n";
  const auto host = plan(two_nics(), text);
  auto facts = two_nics();
  for (auto& f : facts.pci)
    f.sriov.reset(), f.sriov_known = false;
  const auto p = plan(facts, text);
  CHECK(p.cmdline() == host.cmdline());
  CHECK(p.vfs.empty());
  CHECK(p.pfs.front().vfs == 2);
  CHECK(std::ranges::none_of(
      p.steps, [](const Step& s) { return std::holds_alternative<CreateVfs>(s.action); }));
  CHECK(
      message(p, "pf-sriov-unknown") ==
      "p.ini:5: 0000:01:00.0: this inventory does not show its VFs: they count for the kernel "
      "arguments, and their steps are planned on the host");
  // Shown to have none, it is told what to switch on.
  for (auto& f : facts.pci)
    f.sriov_known = true;
  CHECK(finding(plan(facts, text), "pf-no-sriov"));
}

TEST_CASE("a port that got another name is named where none matches", "[sriov][report]") {
  const auto message_for = [](std::string_view now, std::string_view keys) {
    auto facts = two_nics();
    facts.pci[0].ports[0].name = now;
    facts.pci[1].ports[0].name = "eno8303";
    return message(plan(facts, fmt::format("[pf up]\n{}\nvfs = 1\n", keys)), "pf-expect");
  };
  const std::string none = "p.ini:1: [pf up] expect = 1, but no PFs match";
  CHECK(
      message_for("enp75s0f0np0", "ifname = enp75s0f0") ==
      none +
          "; no port is called enp75s0f0, but there is enp75s0f0np0 (0000:01:00.0), the same name "
          "with its port's number: write ifname = enp75s0f0np0: this section is skipped");
  CHECK(
      message_for("enp75s0f0", "ifname = enp75s0f0np0") ==
      none +
          "; no port is called enp75s0f0np0, but there is enp75s0f0 (0000:01:00.0), the same name "
          "without its port's number: write ifname = enp75s0f0: this section is skipped");
  for (const auto* now : {"ens1d1", "ens1np12", "ens1n0", "ens1np0s1"})
    CHECK(
        message_for(now, "ifname = ens1").find(fmt::format("write ifname = {}:", now)) !=
        std::string::npos);
  // Another port, or none that could be meant.
  CHECK(message_for("enp57s0f0np0", "ifname = enp75s0f0np0")
            .ends_with("no PFs match; no port is called enp75s0f0np0; the nearest name is "
                       "enp57s0f0np0 (0000:01:00.0): this section is skipped"));
  CHECK(message_for("enp1s0np0", "ifname = bond7") == none + ": this section is skipped");
  CHECK(message_for("enp1s0np0", "ifname = enp1?0").find("called") == std::string::npos);
  // The other keys count.
  CHECK(
      message_for("enp75s0f0np0", "ifname = enp75s0f0\nnode = 1").find("called") ==
      std::string::npos);
}
