// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/boot_nic.hpp"
#include "facts/port_mac.hpp"
#include "facts/read.hpp"
#include "unit/pci_tree.hpp"

#include <catch2/catch_test_macros.hpp>
#include <tuple>

using namespace vfirst;
using vfirst::test::PciTree;

namespace {

const auto kMac = *MacAddress::parse("52:54:00:76:66:b0");
const PciAddress kBoot{0, 0x3b, 0, 0}, kSecond{0, 0x41, 0, 0};

// Two NICs, of which the boot NIC has its port or not yet, and a disk controller.
PciTree booted_over(bool port) {
  PciTree tree;
  tree.add("proc/cmdline", "root=live:http://10.0.0.1/root BOOTIF=01-52-54-00-76-66-B0 quiet\n");
  tree.function("0000:3b:00.0", "pci0000:17/0000:17:02.0", "020000", "8086:10c9");
  tree.function("0000:41:00.0", "pci0000:40/0000:40:00.0", "020000", "8086:10c9");
  tree.function("0000:00:04.0", "pci0000:00", "010601", "8086:2922");
  tree.add("sys/class/net/", "");
  if (port) {
    tree.add(
        "sys/class/net/boot0", "-> ../../devices/pci0000:17/0000:17:02.0/0000:3b:00.0/net/boot0");
    tree.at("0000:3b:00.0", {{"net/boot0/address", "52:54:00:76:66:b0\n"}});
  }
  return tree;
}

std::vector<PciAddress> candidates_of(const PciTree& tree) {
  const auto root = tree.root();
  return read_boot_nic(root, "BOOTIF=01-52-54-00-76-66-b0", facts::PortMacs(root))->candidates;
}

// Both cards in a bond that uses the address of the second one.
PciTree bonded() {
  auto tree = booted_over(false);
  for (const auto& [address, above, name] :
       {std::tuple{"0000:3b:00.0", "pci0000:17/0000:17:02.0", "ens1"},
        std::tuple{"0000:41:00.0", "pci0000:40/0000:40:00.0", "ens2"}}) {
    tree.add(
        fmt::format("sys/class/net/{}", name),
        fmt::format("-> ../../devices/{}/{}/net/{}", above, address, name));
    tree.at(
        address, {{fmt::format("net/{}/address", name), "52:54:00:76:66:01\n"},
                  {fmt::format("net/{}/addr_assign_type", name), "3\n"}});
  }
  tree.add(
      {{"sys/class/net/bond0", "-> ../../devices/virtual/net/bond0"},
       {"sys/devices/virtual/net/bond0/address", "52:54:00:76:66:01\n"}});
  return tree;
}

}  // namespace

TEST_CASE("the boot NIC in a bond is known by its permanent address", "[facts][network]") {
  auto tree = bonded();
  SECTION("the bond kept it") {
    tree.at("0000:3b:00.0", {{"net/ens1/bonding_slave/perm_hwaddr", "52:54:00:76:66:b0\n"}});
    tree.at("0000:41:00.0", {{"net/ens2/bonding_slave/perm_hwaddr", "52:54:00:76:66:01\n"}});
  }
  SECTION("a capture has it") {
    tree.add(
        "run/vfirst/capture/permanent-addresses",
        "ens1 52:54:00:76:66:b0\nens2 52:54:00:76:66:01\n");
  }
  CHECK(critical_of(tree) == std::vector<CriticalDevice>{{kBoot, "network boot"}});
}

TEST_CASE("each port whose own address is hidden may be the boot NIC", "[facts][network]") {
  auto tree = bonded();
  CHECK(candidates_of(tree) == std::vector<PciAddress>{kBoot, kSecond});
  tree.at("0000:41:00.0", {{"net/ens2/bonding_slave/perm_hwaddr", "52:54:00:76:66:01\n"}});
  CHECK(candidates_of(tree) == std::vector<PciAddress>{kBoot});
}

TEST_CASE(
    "BOOTIF is read as PXELINUX, GRUB and iPXE scripts write it, and its last word counts",
    "[facts][network][grub]") {
  CHECK(boot_mac("quiet BOOTIF=01-52-54-00-76-66-b0") == kMac);
  CHECK(boot_mac("BOOTIF=52:54:00:76:66:B0") == kMac);
  CHECK(boot_mac("BOOTIF=01:52:54:00:76:66:b0") == kMac);
  CHECK(boot_mac("BOOTIF=01-00-00-00-00-00-01 BOOTIF=01-52-54-00-76-66-b0") == kMac);
  CHECK_FALSE(boot_mac("BOOTIF=${netX/mac} XBOOTIF=01-52-54-00-76-66-b0 BOOTIF="));
  CHECK_FALSE(boot_mac("quiet"));
}

TEST_CASE("the NIC that the machine booted over is critical", "[facts][network]") {
  CHECK(critical_of(booted_over(true)) == std::vector<CriticalDevice>{{kBoot, "network boot"}});
}

TEST_CASE("virtio's port lies below the device behind the function", "[facts][network]") {
  auto tree = booted_over(false);
  tree.add(
      "sys/class/net/boot0",
      "-> ../../devices/pci0000:17/0000:17:02.0/0000:3b:00.0/virtio0/net/boot0");
  tree.at("0000:3b:00.0", {{"virtio0/net/boot0/address", "52:54:00:76:66:b0\n"}});
  CHECK(critical_of(tree) == std::vector<CriticalDevice>{{kBoot, "network boot"}});
}

TEST_CASE(
    "before its driver is there each NIC without a port may be the boot NIC, and nothing else "
    "may",
    "[facts][network]") {
  auto tree = booted_over(false);
  constexpr auto kPerhaps =
      "network boot, perhaps (no port has BOOTIF's address 52:54:00:76:66:b0 yet)";
  CHECK(
      critical_of(tree) ==
      std::vector<CriticalDevice>{{kBoot, kPerhaps, true}, {kSecond, kPerhaps, true}});
  tree.add("sys/class/net/eth1", "-> ../../devices/pci0000:40/0000:40:00.0/0000:41:00.0/net/eth1");
  tree.at("0000:41:00.0", {{"net/eth1/address", "52:54:00:76:66:01\n"}});
  CHECK(critical_of(tree) == std::vector<CriticalDevice>{{kBoot, kPerhaps, true}});
  tree.at("0000:3b:00.0", {{"driver", "-> ../../../bus/pci/drivers/vfio-pci"}});
  CHECK(critical_of(tree).empty());
}

TEST_CASE("a VF is not taken for the boot NIC", "[facts][network][sriov]") {
  auto tree = booted_over(false);
  tree.at("0000:41:00.0", {{"physfn", "-> ../0000:3b:00.0"}});
  CHECK(candidates_of(tree) == std::vector<PciAddress>{kBoot});
}

TEST_CASE("a tree that shows no network devices at all names none", "[facts][network]") {
  auto tree = booted_over(false);
  tree.remove("sys/class/net");
  CHECK(critical_of(tree).empty());
}

TEST_CASE("a boot NIC that vfirst set up itself is still the boot NIC", "[facts][network]") {
  auto tree = booted_over(true);
  tree.add("run/vfirst/pfs", kBoot.str() + "\n");
  CHECK(critical_of(tree) == std::vector<CriticalDevice>{{kBoot, "network boot"}});
}
