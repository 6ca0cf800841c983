// SPDX-License-Identifier: GPL-2.0-or-later
// One igb PF with 4 planned VFs, its coalescing and its interrupts planned too; a neighbour's file
// each.
#include "facts/readers.hpp"
#include "unit/plan/machine.hpp"
#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr auto kText =
    "[cpu]\nisolate = yes\n[iommu]\nmode = passthrough\n[pf uplink]\nvendor = 8086\nvfs = "
    "4\nvf-driver = vfio-pci\nvf-mac = stable\nrx-usecs = 0\nqueues = 4\nirq = local-reserved\n[vf "
    "uplink 3]\ndriver = keep\n";

std::vector<std::string> warnings(
    std::initializer_list<TempTree::Entry> files, const std::string& text = kText) {
  const TempTree tree(files);
  auto facts = Machine{}.facts();
  facts.pci = {nic("0000:3b:00.0")};
  facts.pci[0].sriov->vf_device = 0x10ca;
  facts.neighbours = facts::read_neighbours(tree.root());
  std::vector<std::string> out;
  for (const auto& finding : plan(facts, text).findings)
    if (finding.severity == Severity::warning && finding.code.starts_with("neighbour-"))
      out.push_back(finding.code.substr(10) + " " + finding.line());
  return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "a .link file that makes another number of VFs is named with its line",
    "[facts][report][sriov]") {
  CHECK(
      warnings(
          {{"etc/systemd/network/10-vf.link",
            "[Match]\nDriver=igb\n\n[Link]\nSR-IOVVirtualFunctions=7\n"}}) ==
      Lines{"link /etc/systemd/network/10-vf.link:5: udev creates 7 VFs on 0000:3b:00.0, but 4 are "
            "planned: it removes all VFs after early boot to change the number; remove this line"});
  CHECK(warnings({{"etc/systemd/network/10-vf.link",
                   "[Match]\nDriver=igb\n[Link]\nSR-IOVVirtualFunctions=4\n"}})
            .empty());
}

TEST_CASE("a .link file of another device is none of our business", "[facts][report]") {
  for (const auto* match :
       {"Driver=ice*", "Driver=!igb", "MACAddress=52:54:00:00:00:99", "Path=pci-0000:af:00.*",
        "Driver=igb\nPath=pci-0000:af:00.0"})
    CHECK(warnings({{"etc/systemd/network/10-vf.link",
                     "[Match]\n" + std::string(match) + "\n[Link]\nSR-IOVVirtualFunctions=7\n"}})
              .empty());
  for (const auto* match :
       {"Driver=ice igb", "Driver=!ice", "PermanentMACAddress=52:54:00:00:00:3B",
        "Path=pci-0000:3b:*", "OriginalName=*", "Type=ether"})
    CHECK(
        warnings({{"etc/systemd/network/10-vf.link",
                   "[Match]\n" + std::string(match) + "\n[Link]\nSR-IOVVirtualFunctions=7\n"}})
            .size() == 1);
}

TEST_CASE("only the first .link file that matches counts, as with udev", "[facts][report]") {
  const auto late = TempTree::Entry{
      "usr/lib/systemd/network/50-vf.link",
      "[Match]\nDriver=igb\n[Link]\nSR-IOVVirtualFunctions=7\n"};
  CHECK(warnings({{"etc/systemd/network/10-name.link",
                   "[Match]\nOriginalName=*\n[Link]\nNamePolicy=path\n"},
                  late})
            .empty());
  CHECK(
      warnings({{"etc/systemd/network/60-name.link", "[Match]\nOriginalName=*\n"}, late}).size() ==
      1);
  // masked
  CHECK(warnings({{"etc/systemd/network/50-vf.link", ""}, late}).empty());
  CHECK(
      warnings(
          {late, {"etc/systemd/network/50-vf.link.d/more.conf", "[Link]\nRxCoalesceSec=8us\n"}})
          .size() == 2);
}

TEST_CASE(
    "a .link file that sets what is planned too is named: coalescing, queues, a VF's attributes",
    "[facts][report][sriov][network]") {
  const auto told = warnings(
      {{"etc/systemd/network/10-x.link",
        "[Match]\nDriver=igb\n[Link]\nRxCoalesceSec=8us\nCombinedChannels=2\n[SR-IOV]"
        "\nVirtualFunction=1\nTrust=yes\n[SR-IOV]\nVirtualFunction=6\n"}});
  CHECK(
      told ==
      Lines{
          "link /etc/systemd/network/10-x.link:4: udev sets RxCoalesceSec=8us on 0000:3b:00.0, "
          "whose coalescing is planned too: either of the two may come last; remove this line",
          "link /etc/systemd/network/10-x.link:5: udev gives 0000:3b:00.0 2 queues, but 4 are "
          "planned: remove this line",
          "link /etc/systemd/network/10-x.link:7: udev sets attributes of VF 1 of 0000:3b:00.0 "
          "again after early boot: remove this [SR-IOV] section",
          "link /etc/systemd/network/10-x.link:10: udev makes more VFs on 0000:3b:00.0 for VF 6 of "
          "this [SR-IOV] section, but 4 are planned: it removes all VFs after early boot to change "
          "the number; remove the section"});
  CHECK(warnings(
            {{"etc/systemd/network/10-x.link", "[Match]\nDriver=igb\n[Link]\nRxCoalesceSec=8us\n"}},
            "[pf uplink]\nvendor = 8086\nvfs = 4\n")
            .empty());
}

TEST_CASE(
    "a NetworkManager profile that keeps a number of VFs is named, even with the same number",
    "[facts][report][sriov]") {
  CHECK(
      warnings(
          {{"etc/NetworkManager/system-connections/up.nmconnection",
            "[connection]\nid=up\ntype=ethernet\ninterface-name=enp59s0\n\n[sriov]\ntotal-"
            "vfs=4\n"}}) ==
      Lines{"networkmanager /etc/NetworkManager/system-connections/up.nmconnection:7: "
            "NetworkManager keeps 0000:3b:00.0 at 4 VFs while this profile is active and resets it "
            "afterwards, but 4 are planned: remove total-vfs"});
  CHECK(warnings({{"etc/NetworkManager/system-connections/up.nmconnection",
                   "[connection]\ninterface-name=eno1\n[sriov]\ntotal-vfs=4\n"}})
            .empty());
  CHECK(
      warnings({{"etc/NetworkManager/system-connections/up.nmconnection",
                 "[ethernet]\nmac-address=52:54:00:00:00:3B\n[sriov]\ntotal-vfs=4\n"}})
          .size() == 1);
  CHECK(
      warnings({{"etc/NetworkManager/conf.d/sriov.conf",
                 "[device-up]\nmatch-device=interface-name:enp59*\nsriov-num-vfs=2\n[device-down]"
                 "\nmatch-device=interface-name:eno*\nsriov-num-vfs=3\n"}})
          .size() == 1);
}

TEST_CASE(
    "netplan's number of VFs is named where it differs, by the stanza's match",
    "[facts][report][sriov]") {
  const auto yaml = [](std::string_view id, std::string_view rest) {
    return fmt::format(
        "network:\n  version: 2\n  ethernets:\n    {}:\n{}      virtual-function-count: 8\n  "
        "bonds: {{}}\n",
        id, rest);
  };
  CHECK(
      warnings({{"etc/netplan/50-vf.yaml", yaml("enp59s0", "")}}) ==
      Lines{"netplan /etc/netplan/50-vf.yaml:5: netplan creates 8 VFs on 0000:3b:00.0, but 4 are "
            "planned: it removes all VFs after early boot to change the number; remove this line"});
  CHECK(warnings({{"etc/netplan/50-vf.yaml", yaml("eno1", "")}}).empty());
  CHECK(
      warnings(
          {{"etc/netplan/50-vf.yaml",
            yaml(
                "port",
                "      match:\n        macaddress: \"52:54:00:00:00:3b\"\n      set-name: up\n")}})
          .size() == 1);
  CHECK(
      warnings(
          {{"etc/netplan/50-vf.yaml", yaml("port", "      match: {driver: igb, name: enp59*}\n")}})
          .size() == 1);
  CHECK(
      warnings({{"etc/netplan/50-vf.yaml", yaml("port", "      match: {driver: ice}\n")}}).empty());
}

TEST_CASE("driverctl that gives a VF of ours another driver is named", "[facts][report][sriov]") {
  CHECK(
      warnings({{"etc/driverctl.d/pci-0000:3b:10.0", "igbvf\n"}}) ==
      Lines{"driverctl /etc/driverctl.d/pci-0000:3b:10.0:1: driverctl binds 0000:3b:10.0 to igbvf "
            "at each boot, but vfio-pci is planned; run: driverctl unset-override 0000:3b:10.0"});
  CHECK(
      warnings({{"etc/driverctl.d/0000:3b:10.6", "vfio-pci\n"}}) ==
      Lines{"driverctl /etc/driverctl.d/0000:3b:10.6:1: driverctl binds 0000:3b:10.6 to vfio-pci "
            "at each boot, but the kernel's driver is planned; run: driverctl unset-override "
            "0000:3b:10.6"});
  CHECK(
      warnings({{"etc/driverctl.d/pci-0000:3b:00.0", "vfio-pci\n"}}) ==
      Lines{"driverctl /etc/driverctl.d/pci-0000:3b:00.0:1: driverctl binds PF 0000:3b:00.0 to "
            "vfio-pci at each boot, which removes its VFs; run: driverctl unset-override "
            "0000:3b:00.0"});
  CHECK(warnings({{"etc/driverctl.d/pci-0000:3b:10.0", "vfio-pci\n"},
                  {"etc/driverctl.d/pci-0000:05:00.0", "nvme\n"}})
            .empty());
}

TEST_CASE("a udev rule that writes the number of VFs is named", "[facts][report][sriov]") {
  CHECK(
      warnings(
          {{"etc/udev/rules.d/70-sriov.rules",
            "# VFs\nACTION==\"add\", SUBSYSTEM==\"net\", \\\n  KERNEL==\"enp59s0\", "
            "ATTR{device/sriov_numvfs}=\"7\"\n"}}) ==
      Lines{"udev /etc/udev/rules.d/70-sriov.rules:2: this rule writes 7 to sriov_numvfs of "
            "0000:3b:00.0 each time the device appears, but 4 VFs are planned: remove it"});
  const auto rule = [](std::string_view text) {
    return warnings({{"etc/udev/rules.d/70-sriov.rules", text}}).size();
  };
  CHECK(rule("KERNEL==\"eno1\", ATTR{device/sriov_numvfs}=\"7\"\n") == 0);
  CHECK(rule("KERNEL==\"enp59s0\", ATTR{device/sriov_numvfs}=\"4\"\n") == 0);
  CHECK(rule("KERNELS==\"0000:af:00.0\", ATTR{sriov_numvfs}=\"7\"\n") == 0);
  CHECK(
      rule("ATTR{vendor}==\"0x8086\", ATTR{device}==\"0x10c9\", RUN+=\"/bin/sh -c 'echo 7 > "
           "/sys$devpath/sriov_numvfs'\"\n") == 1);
  CHECK(
      rule("ATTR{vendor}==\"0x8086\", ATTR{device}==\"0x1592\", ATTR{sriov_numvfs}=\"7\"\n") == 0);
  // it only asks
  CHECK(rule("KERNEL==\"enp59s0\", ATTR{device/sriov_numvfs}==\"0\", NAME=\"up\"\n") == 0);
}

TEST_CASE(
    "a module option that makes VFs, or takes them for vfio-pci by their type, is named",
    "[facts][report][sriov]") {
  CHECK(
      warnings({{"etc/modprobe.d/igb.conf", "# old\noptions igb max_vfs=7\n"}}) ==
      Lines{"modprobe /etc/modprobe.d/igb.conf:2: module igb creates 7 VFs on 0000:3b:00.0 when "
            "loaded, but 4 are planned: remove max_vfs"});
  CHECK(warnings({{"etc/modprobe.d/x.conf", "options ixgbe max_vfs=7\noptions igb max_vfs=4\n"}})
            .empty());
  CHECK(
      warnings(
          {{"etc/modprobe.d/vfio.conf",
            "options vfio-pci disable_vga=1 ids=8086:10ca,8086:10c9\n"}}) ==
      Lines{
          "modprobe /etc/modprobe.d/vfio.conf:1: vfio-pci takes every 8086:10ca, including the VFs "
          "of 0000:3b:00.0 that are planned for another driver: remove 8086:10ca",
          "modprobe /etc/modprobe.d/vfio.conf:1: vfio-pci takes every 8086:10c9 and may take PF "
          "0000:3b:00.0 before its own driver can create VFs: remove 8086:10c9"});
  CHECK(warnings({{"etc/modprobe.d/vfio.conf", "options vfio_pci ids=10de:2204\n"}}).empty());
}

TEST_CASE("irqbalance is named where it is enabled and not told of us", "[facts][report]") {
  const auto enabled = TempTree::Entry{
      "etc/systemd/system/multi-user.target.wants/irqbalance.service",
      "-> /usr/lib/systemd/system/irqbalance.service"};
  CHECK(
      warnings({enabled, {"etc/default/irqbalance", "# vfirst?\nIRQBALANCE_ARGS=\n"}}) ==
      Lines{"irqbalance /etc/systemd/system/multi-user.target.wants/irqbalance.service: irqbalance "
            "is enabled and does not know this plan: every 10 seconds it may move the interrupts "
            "that early boot placed"});
  CHECK(
      warnings(
          {enabled,
           {"usr/lib/systemd/system/irqbalance.service.d/vfirst.conf",
            "[Service]\nEnvironment=IRQBALANCE_ARGS=--policyscript=/usr/lib/vfirst/irqbalance\n"}})
          .empty());
  CHECK(warnings({{"etc/default/irqbalance", "IRQBALANCE_ARGS=\n"}}).empty());
  CHECK(warnings({enabled}, "[pf uplink]\nvendor = 8086\nvfs = 4\n").empty());
}
