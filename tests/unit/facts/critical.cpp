// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/read.hpp"
#include "unit/pci_tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using vfirst::test::PciTree;

namespace {

const PciAddress kDisk{0, 0, 4, 0}, kOther{0, 0, 5, 0}, kNic{0, 0x3b, 0, 0};

// sda at 0000:00:04.0, sdb at 0000:00:05.0, eth0 at 0000:3b:00.0
PciTree two_disks() {
  PciTree tree;
  tree.add(
      {{"sys/class/block/sda1",
        "-> ../../devices/pci0000:00/0000:00:04.0/ata1/host0/target0:0:0/0:0:0:0/block/sda/sda1"},
       {"sys/class/block/sdb1",
        "-> ../../devices/pci0000:00/0000:00:05.0/ata2/host1/target1:0:0/1:0:0:0/block/sdb/sdb1"},
       {"sys/class/net/eth0", "-> ../../devices/pci0000:17/0000:17:02.0/0000:3b:00.0/net/eth0"}});
  return tree;
}

void mount(PciTree& tree, std::string_view source, std::string_view type = "ext4") {
  tree.add("proc/self/mountinfo", fmt::format("22 1 0:30 / / rw - {} {} rw\n", type, source));
}

constexpr std::string_view kRouteHead =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

std::string default_route(std::string_view interface) {
  return fmt::format(
      "{}{}\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n", kRouteHead, interface);
}

}  // namespace

TEST_CASE("the disk that carries root is critical", "[facts]") {
  auto tree = two_disks();
  mount(tree, "/dev/sda1");
  CHECK(critical_of(tree) == std::vector<CriticalDevice>{{kDisk, "root filesystem"}});
}

TEST_CASE("a filesystem of its own at /boot is named as such", "[facts]") {
  auto tree = two_disks();
  tree.add(
      "proc/self/mountinfo",
      "22 1 0:30 / / rw - ext4 /dev/sda1 rw\n23 22 0:31 / /boot rw - ext4 /dev/sdb1 rw\n24 22 "
      "0:32 / /home rw - ext4 /dev/sdb1 rw\n");
  CHECK(
      critical_of(tree) ==
      std::vector<CriticalDevice>{{kDisk, "root filesystem"}, {kOther, "/boot"}});
}

TEST_CASE("device mapper over md: every disk underneath", "[facts]") {
  auto tree = two_disks();
  mount(tree, "/dev/mapper/vg-root");
  tree.add(
      {{"sys/class/block/dm-0", "-> ../../devices/virtual/block/dm-0"},
       {"sys/devices/virtual/block/dm-0/dm/name", "vg-root\n"},
       {"sys/devices/virtual/block/dm-0/slaves/md0p1", "-> ../../md0/md0p1"},
       {"sys/class/block/md0p1", "-> ../../devices/virtual/block/md0/md0p1"},
       {"sys/class/block/md0", "-> ../../devices/virtual/block/md0"},
       {"sys/devices/virtual/block/md0/md0p1/partition", "1\n"},
       {"sys/devices/virtual/block/md0/slaves/sda1", "-> x"},
       {"sys/devices/virtual/block/md0/slaves/sdb1", "-> x"}});
  CHECK(
      critical_of(tree) ==
      std::vector<CriticalDevice>{{kDisk, "root filesystem"}, {kOther, "root filesystem"}});
}

TEST_CASE("a namespace of an NVMe subsystem stands on its controllers", "[facts]") {
  auto tree = two_disks();
  mount(tree, "/dev/nvme0n1p2");
  tree.add(
      {{"sys/class/block/nvme0n1p2",
        "-> ../../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1/nvme0n1p2"},
       {"sys/class/nvme-subsystem/nvme-subsys0",
        "-> ../../devices/virtual/nvme-subsystem/nvme-subsys0"},
       {"sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0",
        "-> ../../../pci0000:00/0000:00:05.0/nvme/nvme0"},
       {"sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1/nvme0n1p2/", ""}});
  CHECK(critical_of(tree) == std::vector<CriticalDevice>{{kOther, "root filesystem"}});
}

TEST_CASE("btrfs over two disks stands on both", "[facts]") {
  auto tree = two_disks();
  mount(tree, "/dev/sda1", "btrfs");
  tree.add(
      {{"sys/fs/btrfs/0a1b/devices/sda1", "-> x"}, {"sys/fs/btrfs/0a1b/devices/sdb1", "-> x"}});
  CHECK(critical_of(tree).size() == 2);
}

TEST_CASE("swap on a partition, and in a file on root", "[facts]") {
  auto tree = two_disks();
  mount(tree, "/dev/sda1");
  tree.add(
      "proc/swaps",
      "Filename\tType\tSize\tUsed\tPriority\n/dev/sdb1 partition 1 0 -2\n/swap\\040file file "
      "1 0 -3\n");
  CHECK(
      critical_of(tree) ==
      std::vector<CriticalDevice>{{kDisk, "root filesystem"}, {kDisk, "swap"}, {kOther, "swap"}});
}

TEST_CASE("in early boot root= says what will carry root", "[facts]") {
  auto tree = two_disks();
  mount(tree, "none", "rootfs");
  tree.add("proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro\n");
  CHECK(critical_of(tree) == std::vector<CriticalDevice>{{kDisk, "root filesystem"}});
}

TEST_CASE("the default route's interface, directly or through what is stacked on it", "[facts]") {
  auto tree = two_disks();
  SECTION("directly") {
    tree.add("proc/net/route", default_route("eth0"));
  }
  SECTION("IPv6 only") {
    tree.add(
        "proc/net/ipv6_route",
        "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
        "fe800000000000000000000000000001 00000064 00000001 00000000 00000003     eth0\n"
        "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
        "00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n");
  }
  SECTION("a VLAN on a bridge over a bond") {
    tree.add("proc/net/route", default_route("br0.7"));
    tree.add(
        {{"sys/class/net/br0.7", "-> ../../devices/virtual/net/br0.7"},
         {"sys/class/net/br0", "-> ../../devices/virtual/net/br0"},
         {"sys/class/net/bond0", "-> ../../devices/virtual/net/bond0"},
         {"sys/devices/virtual/net/br0.7/lower_br0", "-> ../br0"},
         {"sys/devices/virtual/net/br0/lower_bond0", "-> ../bond0"},
         {"sys/devices/virtual/net/bond0/lower_eth0", "-> x"}});
  }
  SECTION("an Open vSwitch port") {
    tree.add("proc/net/route", default_route("br-ex"));
    tree.add(
        {{"sys/class/net/br-ex", "-> ../../devices/virtual/net/br-ex"},
         {"sys/devices/virtual/net/br-ex/flags", "0x1003\n"},
         {"sys/class/net/ovs-system", "-> ../../devices/virtual/net/ovs-system"},
         {"sys/devices/virtual/net/ovs-system/lower_eth0", "-> x"}});
  }
  CHECK(critical_of(tree) == std::vector<CriticalDevice>{{kNic, "default route"}});
}

TEST_CASE(
    "a PF that vfirst set up before there was a network is not kept from for a route that came "
    "later",
    "[facts][sriov]") {
  auto tree = two_disks();
  tree.add("proc/net/route", default_route("eth0"));
  REQUIRE_FALSE(critical_of(tree).empty());
  tree.add("run/vfirst/pfs", kNic.str() + "\n");
  CHECK(critical_of(tree).empty());
}

TEST_CASE("a route to one network is no default route", "[facts]") {
  auto tree = two_disks();
  tree.add(
      "proc/net/route",
      fmt::format("{}eth0\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n", kRouteHead));
  CHECK(critical_of(tree).empty());
  // Half of all addresses, as VPNs do it.
  tree.add(
      "proc/net/route",
      fmt::format("{}eth0\t00000000\t00000000\t0001\t0\t0\t100\t00000080\t0\t0\t0\n", kRouteHead));
  CHECK(critical_of(tree).empty());
}

TEST_CASE(
    "a VF that the host uses makes its PF critical, and VMD its own controller", "[facts][sriov]") {
  auto tree = two_disks();
  tree.add("proc/net/route", default_route("eth0"));
  tree.function("0000:3b:00.0", "pci0000:17/0000:17:02.0", "020000", "8086:1889");
  tree.at("0000:3b:00.0", {{"physfn", "-> ../0000:3b:08.0"}});
  CHECK(
      critical_of(tree) ==
      std::vector<CriticalDevice>{{kNic, "default route"}, {{0, 0x3b, 8, 0}, "default route"}});

  auto vmd = two_disks();
  mount(vmd, "/dev/nvme0n1");
  vmd.add(
      "sys/class/block/nvme0n1",
      "-> "
      "../../devices/pci0000:00/0000:00:0e.0/pci10000:00/10000:00:02.0/10000:01:00.0/nvme/"
      "nvme0/nvme0n1");
  CHECK(
      critical_of(vmd) ==
      std::vector<CriticalDevice>{
          {{0, 0, 0xe, 0}, "root filesystem"}, {{0x10000, 1, 0, 0}, "root filesystem"}});
}
