// SPDX-License-Identifier: GPL-2.0-or-later
// What carries root where that is no disk of this machine: the interface below a server's route,
// the interface that a session or the firmware names; and what cannot be told is said.
#include "facts/boot_words.hpp"
#include "facts/nbft.hpp"
#include "facts/read.hpp"
#include "unit/pci_tree.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using vfirst::test::PciTree;

namespace {

const PciAddress kStorage{0, 0x3b, 0, 0}, kOffice{0, 0x41, 0, 0}, kNvme{0, 0x5e, 0, 0},
    kSecondNvme{0, 0x5f, 0, 0};

// Two NICs, ens1 (10.9.0.5) and eno1 with the default route, and two NVMe drives.
PciTree two_networks() {
  PciTree tree;
  tree.function("0000:3b:00.0", "pci0000:17/0000:17:02.0", "020000", "8086:1592");
  tree.function("0000:41:00.0", "pci0000:40/0000:40:00.0", "020000", "14e4:165f");
  tree.function("0000:5e:00.0", "pci0000:5d/0000:5d:00.0", "010802", "144d:a824");
  tree.function("0000:5f:00.0", "pci0000:5d/0000:5d:01.0", "010802", "144d:a824");
  tree.add(
      {{"sys/class/net/ens1", "-> ../../devices/pci0000:17/0000:17:02.0/0000:3b:00.0/net/ens1"},
       {"sys/class/net/eno1", "-> ../../devices/pci0000:40/0000:40:00.0/0000:41:00.0/net/eno1"},
       {"sys/class/block/", ""},
       {"proc/net/route",
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
        "ens1\t0000090A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
        "eno1\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"}});
  tree.at(
      "0000:3b:00.0",
      {{"net/ens1/address", "b4:96:91:00:00:10\n"}, {"net/ens1/addr_assign_type", "0\n"}});
  tree.at(
      "0000:41:00.0",
      {{"net/eno1/address", "aa:00:00:00:00:01\n"}, {"net/eno1/addr_assign_type", "0\n"}});
  return tree;
}

void mount_root(PciTree& tree, std::string_view line) {
  tree.add("proc/self/mountinfo", fmt::format("25 1 0:22 / / rw shared:1 - {}\n", line));
}

void nvme_disk(PciTree& tree, unsigned n, std::string_view above) {
  const auto name = fmt::format("nvme{}n1", n);
  tree.add(
      "sys/class/block/" + name, fmt::format("-> ../../devices/{}/nvme/nvme{}/{}", above, n, name));
  tree.add(
      fmt::format("sys/devices/{}/nvme/nvme{}/{}/dev", above, n, name), fmt::format("259:{}\n", n));
}
void two_drives(PciTree& tree) {
  nvme_disk(tree, 1, "pci0000:5d/0000:5d:00.0/0000:5e:00.0");
  nvme_disk(tree, 2, "pci0000:5d/0000:5d:01.0/0000:5f:00.0");
}

Facts all_of(const PciTree& tree) {
  const auto facts = read_facts(tree.root());
  REQUIRE(facts);
  return *facts;
}

// The functions that root stands on, whatever else the host needs.
std::vector<PciAddress> below_root(const Facts& facts, bool perhaps = false) {
  std::vector<PciAddress> out;
  for (const auto& device : facts.critical)
    if (device.role.starts_with("root filesystem") && device.perhaps == perhaps)
      out.push_back(device.address);
  return out;
}
std::vector<PciAddress> below_root(const PciTree& tree) {
  return below_root(all_of(tree));
}

// "network: root filesystem: NFS from ...", a line each.
std::string unknown(const Facts& facts) {
  std::string out;
  for (const auto& carrier : facts.unknown_carriers)
    out += fmt::format(
        "{}{}: {}: {}", out.empty() ? "" : "\n",
        carrier.reach == UnknownCarrier::Reach::network   ? "network"
        : carrier.reach == UnknownCarrier::Reach::storage ? "storage"
                                                          : "any",
        carrier.role, carrier.what);
  return out;
}

using Addresses = std::vector<PciAddress>;

}  // namespace

TEST_CASE("the port on the route to root's server is critical", "[facts][network]") {
  auto tree = two_networks();
  SECTION("NFS") {
    mount_root(tree, "nfs4 10.9.0.1:/srv rw,vers=4.2,clientaddr=10.9.0.5,addr=10.9.0.1");
  }
  SECTION("NFS, by a name") {
    mount_root(tree, "nfs filer:/srv rw,vers=3,mountaddr=10.9.0.1,addr=10.9.0.1");
  }
  SECTION("SMB") {
    mount_root(tree, "cifs //10.9.0.1/root rw,vers=3.1.1,addr=10.9.0.1");
  }
  SECTION("Ceph with several monitors") {
    mount_root(tree, "ceph admin@fsid.fs=/ rw,mon_addr=10.9.0.1:6789/10.9.0.2:6789");
  }
  SECTION("Ceph, the older form") {
    mount_root(tree, "ceph 10.9.0.1:6789,10.9.0.2:6789:/ rw");
  }
  SECTION("Lustre") {
    mount_root(tree, "lustre 10.9.0.1@tcp:/root rw");
  }
  SECTION("an overlay of which one layer is on NFS") {
    tree.add(
        "proc/self/mountinfo",
        "20 1 0:20 / / rw - rootfs none rw\n"
        "25 20 0:22 / / rw - overlay o rw,lowerdir=/run/ro,upperdir=/run/rw/up,workdir=/run/rw/w\n"
        "26 25 0:23 / /run rw - tmpfs tmpfs rw\n"
        "27 26 0:24 / /run/ro ro - nfs 10.9.0.1:/srv ro,addr=10.9.0.1\n");
  }
  SECTION("a loop device on NFS") {
    tree.add(
        {{"sys/class/block/loop0", "-> ../../devices/virtual/block/loop0"},
         {"sys/devices/virtual/block/loop0/loop/backing_file", "/run/media/root.img\n"},
         {"run/media/root.img", ""},
         {"proc/self/mountinfo",
          "25 1 0:22 / / ro - squashfs /dev/loop0 ro\n"
          "26 25 0:24 / /run/media ro - nfs 10.9.0.1:/srv ro,addr=10.9.0.1\n"}});
  }
  CHECK(below_root(tree) == Addresses{kStorage});
  CHECK(unknown(all_of(tree)) == "");
}

TEST_CASE("the server's route goes through what is stacked", "[facts][network]") {
  auto tree = two_networks();
  mount_root(tree, "nfs4 10.9.0.1:/srv rw,addr=10.9.0.1");
  tree.add(
      "proc/net/route",
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
      "top\t0000090A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n");
  const auto virtual_device = [&](std::string_view name, std::string_view lower) {
    tree.add(
        fmt::format("sys/class/net/{}", name),
        fmt::format("-> ../../devices/virtual/net/{}", name));
    tree.add(fmt::format("sys/devices/virtual/net/{}/lower_{}", name, lower), "-> x");
  };
  SECTION("a VLAN on a bond") {
    virtual_device("top", "bond0");
    virtual_device("bond0", "ens1");
  }
  SECTION("a macvlan on a bridge") {
    virtual_device("top", "br0");
    virtual_device("br0", "ens1");
  }
  SECTION("a bond that shows its ports only in its own folder") {
    tree.add("sys/class/net/top", "-> ../../devices/virtual/net/top");
    tree.add("sys/devices/virtual/net/top/bonding/slaves", "ens1\n");
  }
  CHECK(below_root(tree) == Addresses{kStorage});
}

TEST_CASE("every route of a captured table counts, and every next hop", "[facts][network]") {
  auto tree = two_networks();
  tree.function("0000:42:00.0", "pci0000:40/0000:40:01.0", "020000", "8086:1592");
  tree.add("sys/class/net/ens2", "-> ../../devices/pci0000:40/0000:40:01.0/0000:42:00.0/net/ens2");
  const PciAddress other{0, 0x42, 0, 0};
  mount_root(tree, "nfs4 10.9.0.1:/srv rw,addr=10.9.0.1");
  Addresses expected{kStorage};
  SECTION("several next hops") {
    tree.add(
        "run/vfirst/capture/routes", "route 254 10.9.0.0/24 ens1\nroute 254 10.9.0.0/24 ens2\n");
    expected = {kStorage, other};
  }
  SECTION("a table that a rule names") {
    tree.add(
        "run/vfirst/capture/routes",
        "rule 254\nrule 100\nroute 254 0.0.0.0/0 ens2\nroute 100 10.9.0.0/24 ens1\n");
    expected = {kStorage, other};
  }
  SECTION("a VRF's table does not count beside the main one") {
    tree.add(
        "run/vfirst/capture/routes",
        "rule 254\nroute 254 10.9.0.0/24 ens1\nroute 1001 0.0.0.0/0 ens2\n");
  }
  SECTION("only a VRF has a route") {
    tree.add("run/vfirst/capture/routes", "rule 254\nroute 1001 10.9.0.0/16 ens1\n");
  }
  SECTION("IPv6") {
    mount_root(tree, "nfs4 [fd00:9::1]:/srv rw,addr=fd00:9::1");
    tree.add(
        "run/vfirst/capture/routes",
        "route 254 fd00:9:0:0:0:0:0:0/64 ens1\nroute 254 0:0:0:0:0:0:0:0/0 ens2\n");
  }
  SECTION("the host's own address") {
    mount_root(tree, "nfs4 10.9.0.1:/srv rw,addr=10.9.0.1,clientaddr=10.9.0.5");
    tree.add("run/vfirst/capture/routes", "local 255 10.9.0.5/32 ens1\n");
  }
  CHECK(below_root(tree) == expected);
}

TEST_CASE("a default route in any table, over all next hops", "[facts][network]") {
  auto tree = two_networks();
  tree.add(
      "run/vfirst/capture/routes",
      "rule 254\nroute 254 0.0.0.0/0 eno1\nroute 1001 0.0.0.0/0 ens1\n");
  CHECK(
      critical_of(tree) ==
      std::vector<CriticalDevice>{{kStorage, "default route"}, {kOffice, "default route"}});
  // What procfs alone shows is said to be less.
  CHECK(std::ranges::none_of(
      all_of(tree).gaps, [](const auto& gap) { return gap.starts_with("routes:"); }));
  tree.remove("run/vfirst/capture/routes");
  CHECK(std::ranges::any_of(
      all_of(tree).gaps, [](const auto& gap) { return gap.starts_with("routes:"); }));
}

TEST_CASE("an iSCSI disk stands on the interface of its session", "[facts][network]") {
  auto tree = two_networks();
  mount_root(tree, "ext4 /dev/sda1 rw");
  const std::string host = "sys/devices/platform/host9/";
  tree.add(
      {{"sys/class/block/sda",
        "-> ../../devices/platform/host9/session1/target9:0:0/9:0:0:1/block/sda"},
       {"sys/class/block/sda1",
        "-> ../../devices/platform/host9/session1/target9:0:0/9:0:0:1/block/sda/sda1"}});
  tree.add(host + "session1/target9:0:0/9:0:0:1/block/sda/sda1/dev", "8:1\n");
  SECTION("its host names the netdev") {
    tree.add(host + "iscsi_host/host9/netdev", "ens1\n");
  }
  SECTION("its host has the address of the interface") {
    tree.add("sys/class/iscsi_host/host9/netdev", "<NULL>\n");
    tree.add("sys/class/iscsi_host/host9/hwaddress", "b4:96:91:00:00:10\n");
  }
  SECTION("the route to the target") {
    tree.add("sys/class/iscsi_connection/connection1:0/address", "10.9.0.1\n");
    tree.add("sys/class/iscsi_connection/connection2:0/address", "192.168.7.1\n");
  }
  SECTION("the firmware's table") {
    tree.add("sys/firmware/ibft/ethernet0/mac", "b4:96:91:00:00:10\n");
  }
  SECTION("the firmware's table, with the function") {
    tree.add("sys/firmware/ibft/ethernet0/device", "-> ../../../devices/pci0000:17/0000:3b:00.0");
  }
  SECTION("multipath over two sessions") {
    tree.add(
        {{"sys/class/block/dm-0", "-> ../../devices/virtual/block/dm-0"},
         {"sys/devices/virtual/block/dm-0/slaves/sda", "-> x"},
         {"sys/devices/virtual/block/dm-0/dm/name", "mpatha\n"}});
    mount_root(tree, "ext4 /dev/mapper/mpatha rw");
    tree.add("sys/class/iscsi_connection/connection1:0/persistent_address", "10.9.0.1\n");
  }
  CHECK(below_root(tree) == Addresses{kStorage});
  CHECK(unknown(all_of(tree)) == "");
}

TEST_CASE("an iSCSI disk whose way is not shown is said", "[facts][network]") {
  auto tree = two_networks();
  mount_root(tree, "ext4 /dev/sda rw");
  tree.add(
      "sys/class/block/sda",
      "-> ../../devices/platform/host9/session1/target9:0:0/9:0:0:1/block/sda");
  CHECK(below_root(tree).empty());
  CHECK(
      unknown(all_of(tree)) ==
      "network: root filesystem: iSCSI: the server's address is not shown");
}

TEST_CASE("an NVMe namespace over a fabric stands on its controller's interface", "[facts]") {
  auto tree = two_networks();
  mount_root(tree, "ext4 /dev/nvme0n1 rw");
  const std::string controller = "sys/devices/virtual/nvme-fabrics/ctl/nvme0/";
  const auto subsystem = [&] {
    tree.add(
        {{"sys/class/block/nvme0n1",
          "-> ../../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1"},
         {"sys/class/nvme-subsystem/nvme-subsys0",
          "-> ../../devices/virtual/nvme-subsystem/nvme-subsys0"},
         {"sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0",
          "-> ../../nvme-fabrics/ctl/nvme0"},
         {"sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1/dev", "259:0\n"}});
  };
  tree.add(controller + "transport", "tcp\n");
  Addresses expected{kStorage};
  std::string said;
  SECTION("host_iface") {
    subsystem();
    tree.add(controller + "address", "traddr=192.168.0.1,trsvcid=4420,host_iface=ens1\n");
  }
  SECTION("the route to traddr") {
    subsystem();
    tree.add(controller + "address", "traddr=10.9.0.1,trsvcid=4420\n");
  }
  SECTION("src_addr") {
    subsystem();
    tree.add(controller + "address", "traddr=172.16.0.1,trsvcid=4420,src_addr=10.9.0.5\n");
    tree.add("run/vfirst/capture/routes", "local 255 10.9.0.5/32 ens1\n");
  }
  SECTION("without native multipath") {
    tree.add("sys/class/block/nvme0n1", "-> ../../devices/virtual/nvme-fabrics/ctl/nvme0/nvme0n1");
    tree.add(controller + "nvme0n1/dev", "259:0\n");
    tree.add(controller + "address", "traddr=10.9.0.1,trsvcid=4420\n");
  }
  SECTION("Fibre Channel") {
    subsystem();
    tree.add(controller + "transport", "fc\n");
    tree.add(controller + "address", "traddr=nn-0x1:pn-0x2,host_traddr=nn-0x3:pn-0x4\n");
    tree.add("sys/class/fc_host/host3/port_name", "");
    tree.remove("sys/class/fc_host/host3");
    tree.add(
        "sys/class/fc_host/host3",
        "-> ../../devices/pci0000:17/0000:17:02.0/0000:3b:00.0/host3/fc_host/host3");
    tree.at("0000:3b:00.0", {{"host3/fc_host/host3/port_name", "0x4\n"}});
  }
  SECTION("one path of two is a drive of this machine") {
    subsystem();
    tree.add(controller + "address", "traddr=10.9.0.1,trsvcid=4420\n");
    tree.add(
        "sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme1",
        "-> ../../../pci0000:5d/0000:5d:00.0/0000:5e:00.0/nvme/nvme1");
    tree.add("sys/devices/pci0000:5d/0000:5d:00.0/0000:5e:00.0/nvme/nvme1/", "");
    expected = {kStorage, kNvme};
  }
  SECTION("nothing says which") {
    subsystem();
    tree.add(controller + "address", "traddr=fd00::1,trsvcid=4420\n");
    expected.clear();
    said =
        "network: root filesystem: NVMe over Fabrics from fd00:0:0:0:0:0:0:1: no route to it is "
        "shown";
  }
  CHECK(below_root(tree) == expected);
  CHECK(unknown(all_of(tree)) == said);
}

TEST_CASE("a ZFS pool stands on the devices that are its members", "[facts]") {
  auto tree = two_networks();
  two_drives(tree);
  mount_root(tree, "zfs rpool/ROOT/pve-1 rw,xattr,posixacl");
  SECTION("udev's database tells") {
    tree.add("run/udev/data/b259:1", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=rpool\n");
    tree.add("run/udev/data/b259:2", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=tank\n");
  }
  SECTION("a capture has libblkid's answers") {
    tree.add(
        "run/vfirst/capture/filesystems",
        "nvme1n1 zfs_member 123 rpool\nnvme2n1 ext4 abc my label\n");
  }
  CHECK(below_root(tree) == Addresses{kNvme});
  CHECK(below_root(all_of(tree), true).empty());
}

TEST_CASE("where nothing tells a pool's members, each disk may be one", "[facts]") {
  auto tree = two_networks();
  two_drives(tree);
  mount_root(tree, "zfs rpool/ROOT/pve-1 rw");
  SECTION("no disk is known") {
    CHECK(below_root(all_of(tree), true) == Addresses{kNvme, kSecondNvme});
  }
  SECTION("one is, the other not") {
    tree.add("run/udev/data/b259:1", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=rpool\n");
    CHECK(below_root(tree) == Addresses{kNvme});
    CHECK(below_root(all_of(tree), true) == Addresses{kSecondNvme});
  }
  SECTION("several signatures may be anything") {
    tree.add("run/vfirst/capture/filesystems", "nvme1n1 zfs_member 1 rpool\nnvme2n1 ? - -\n");
    CHECK(below_root(all_of(tree), true) == Addresses{kSecondNvme});
  }
  // NICs carry no pool.
  for (const auto& device : critical_of(tree))
    CHECK((device.role.starts_with("default route") || device.address.bus >= 0x5e));
}

TEST_CASE("bcachefs stands on each device that it names", "[facts]") {
  auto tree = two_networks();
  two_drives(tree);
  SECTION("as the source of the mount") {
    mount_root(tree, "bcachefs /dev/nvme1n1:/dev/nvme2n1 rw");
  }
  SECTION("one is named, sysfs has the others") {
    mount_root(tree, "bcachefs /dev/nvme2n1 rw");
    tree.add("sys/fs/bcachefs/9c1d/dev-0/block", "-> ../../nvme1n1");
    tree.add("sys/fs/bcachefs/9c1d/dev-1/block", "-> ../../nvme2n1");
  }
  SECTION("root= before it is mounted") {
    mount_root(tree, "rootfs none rw");
    tree.add("proc/cmdline", "root=/dev/nvme1n1:/dev/nvme2n1 rootfstype=bcachefs\n");
  }
  SECTION("by its UUID before it is mounted") {
    mount_root(tree, "rootfs none rw");
    tree.add("proc/cmdline", "root=UUID=9c1d\n");
    tree.add("run/udev/data/b259:1", "E:ID_FS_TYPE=bcachefs\nE:ID_FS_UUID=9c1d\n");
    tree.add("run/udev/data/b259:2", "E:ID_FS_TYPE=bcachefs\nE:ID_FS_UUID=9c1d\n");
  }
  CHECK(below_root(tree) == Addresses{kNvme, kSecondNvme});
}

TEST_CASE(
    "before root is mounted the words of the command line say what will carry it", "[facts]") {
  auto tree = two_networks();
  mount_root(tree, "rootfs none rw");
  tree.remove("proc/net/route");
  const auto words = [&](std::string_view line) {
    tree.add("proc/cmdline", fmt::format("{}\n", line));
  };
  Addresses expected{kStorage};
  std::string said;
  SECTION("NFS and ip=") {
    words("root=nfs:10.9.0.1:/srv/root ip=10.9.0.5::::h1:ens1:none rw");
  }
  SECTION("the kernel's own words") {
    words("root=/dev/nfs nfsroot=10.9.0.1:/srv ip=10.9.0.5:10.9.0.1:::h1:ens1:off");
  }
  SECTION("initramfs-tools") {
    words("boot=nfs nfsroot=10.9.0.1:/srv ip=ens1:dhcp");
  }
  SECTION("iSCSI by words, and root by a tag") {
    words("root=UUID=aa netroot=iscsi:10.9.0.1::::iqn.2001-04.a:b ip=ens1:dhcp");
  }
  SECTION("iSCSI by the firmware's table") {
    words("root=UUID=aa rd.iscsi.firmware ip=ibft");
    tree.add("sys/firmware/ibft/ethernet0/mac", "b4:96:91:00:00:10\n");
  }
  SECTION("NVMe over TCP by words") {
    words("root=UUID=aa rd.nvmf.discover=tcp,10.9.0.1,,4420 ip=ens1:dhcp");
  }
  SECTION("a VLAN on a bond by words") {
    words(
        "root=nfs:10.9.0.1:/srv bond=bond0:ens1,eno1:mode=active-backup vlan=bond0.7:bond0 "
        "ip=bond0.7:dhcp");
    expected = {kStorage, kOffice};
  }
  SECTION("a name that the same line gives") {
    words("root=nfs:10.9.0.1:/srv ifname=storage0:b4:96:91:00:00:10 ip=storage0:dhcp");
  }
  SECTION("BOOTIF= is the only word for it") {
    words("root=nfs:10.9.0.1:/srv BOOTIF=01-b4-96-91-00-00-10 ip=dhcp");
  }
  SECTION("the interface is not there yet") {
    words("root=nfs:10.9.0.1:/srv ip=ens9:dhcp");
    expected.clear();
    said = "network: root filesystem: root comes by NFS over ens9, which is not there yet";
  }
  SECTION("no word names one") {
    words("root=nfs:10.9.0.1:/srv ip=dhcp");
    expected.clear();
    said = "network: root filesystem: root comes by NFS: no word names the interface";
  }
  SECTION("a disk that is not there yet") {
    words("root=UUID=aa");
    expected.clear();
    said = "storage: root filesystem: root=UUID=aa is not there yet, or this tree does not show it";
  }
  SECTION("a form that nobody knows") {
    words("root=quux:1");
    expected.clear();
    said = "any: root filesystem: root=quux:1 is nothing that vfirst can follow";
  }
  CHECK(below_root(tree) == expected);
  CHECK(unknown(all_of(tree)) == said);
}

TEST_CASE("an image that was fetched into memory is carried by nothing", "[facts][network]") {
  auto tree = two_networks();
  tree.add("proc/cmdline", "root=live:http://10.9.0.1/root.squashfs ip=ens1:dhcp\n");
  tree.add(
      {{"sys/class/block/loop0", "-> ../../devices/virtual/block/loop0"},
       {"sys/devices/virtual/block/loop0/loop/backing_file", "/tmp/curl/root.squashfs\n"},
       {"proc/self/mountinfo",
        "20 1 0:20 / / rw - rootfs none rw\n"
        "25 20 0:22 / / rw - overlay LiveOS_rootfs rw,lowerdir=/run/rootfsbase,"
        "upperdir=/run/overlayfs,workdir=/run/ovlwork\n"
        "26 25 0:23 / /run rw - tmpfs tmpfs rw\n"
        "27 26 7:0 / /run/rootfsbase ro - squashfs /dev/loop0 ro\n"}});
  CHECK(below_root(tree).empty());
  CHECK(unknown(all_of(tree)) == "");
  // Before, the network that fetches it is needed, and the owner may say that it is not.
  tree.add("proc/self/mountinfo", "20 1 0:20 / / rw - rootfs none rw\n");
  CHECK(
      critical_of(tree) ==
      std::vector<CriticalDevice>{{kStorage, "network boot (HTTP)"}, {kOffice, "default route"}});
}

TEST_CASE("root in memory, and hardware that is not on PCI, are no unknown carriers", "[facts]") {
  auto tree = two_networks();
  SECTION("tmpfs") {
    mount_root(tree, "tmpfs rootfs rw");
    tree.add("proc/cmdline", "root=wwclient\n");
  }
  SECTION("eMMC on a bus of a device tree") {
    mount_root(tree, "ext4 /dev/mmcblk0p1 rw");
    tree.add(
        "sys/class/block/mmcblk0",
        "-> ../../devices/platform/soc/fe320000.mmc/mmc_host/mmc0/mmc0:0001/block/mmcblk0");
    tree.add(
        "sys/class/block/mmcblk0p1",
        "-> ../../devices/platform/soc/fe320000.mmc/mmc_host/mmc0/mmc0:0001/block/mmcblk0/"
        "mmcblk0p1");
  }
  SECTION("Hyper-V") {
    mount_root(tree, "ext4 /dev/sda rw");
    tree.add(
        "sys/class/block/sda",
        "-> ../../devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0004:00/VMBUS:00/f8b3/host0/target0:0:0/"
        "0:0:0:0/block/sda");
  }
  SECTION("an overlay in memory over a disk of this machine") {
    two_drives(tree);
    tree.add(
        "proc/self/mountinfo",
        "25 1 0:22 / / rw - overlay overlayroot rw,lowerdir=/media/root-ro,"
        "upperdir=/media/root-rw/overlay,workdir=/media/root-rw/work\n"
        "26 25 0:23 / /media/root-rw rw - tmpfs tmpfs rw\n"
        "27 25 259:1 / /media/root-ro ro - ext4 /dev/nvme1n1 ro\n");
    CHECK(below_root(tree) == Addresses{kNvme});
  }
  SECTION("swap in memory") {
    tree.add("sys/class/block/zram0", "-> ../../devices/virtual/block/zram0");
    tree.add("proc/swaps", "Filename Type Size Used Priority\n/dev/zram0 partition 1 0 100\n");
  }
  SECTION("what systemd mounts when it is looked at, and extensions over /usr") {
    two_drives(tree);
    tree.add(
        "proc/self/mountinfo",
        "25 1 259:1 / / rw - ext4 /dev/nvme1n1 rw\n26 25 0:30 / /boot rw - autofs systemd-1 rw\n"
        "27 25 0:31 / /usr ro - overlay sysext ro,lowerdir=/run/sysext/a/usr:/usr\n"
        "28 25 0:32 / /run rw - tmpfs tmpfs rw\n29 25 0:33 / /var/lib/nfs/rpc_pipefs rw - "
        "rpc_pipefs sunrpc rw\n30 25 0:34 / /var/lib/lxcfs rw - fuse.lxcfs lxcfs rw\n");
  }
  CHECK(unknown(all_of(tree)) == "");
}

TEST_CASE("an overlay whose layers are hidden lies on what root= names", "[facts]") {
  auto tree = two_networks();
  two_drives(tree);
  mount_root(tree, "overlay o rw,lowerdir=/sysroot-ro,upperdir=/hidden/up,workdir=/hidden/w");
  tree.add("proc/cmdline", "root=/dev/nvme2n1 ro\n");
  CHECK(below_root(tree) == Addresses{kSecondNvme});
  CHECK(unknown(all_of(tree)) == "");
  // A container: the line is that of its host.
  tree.add("proc/cmdline", "root=UUID=aa ro\n");
  CHECK(
      unknown(all_of(tree)) ==
      "any: root filesystem: overlay on /: /sysroot-ro is not shown any more");
}

TEST_CASE("disks that do not show what they lie on are said", "[facts]") {
  auto tree = two_networks();
  std::string_view disk;
  SECTION("ublk") {
    disk = "ublkb0";
  }
  SECTION("a network block device") {
    disk = "nbd0";
  }
  SECTION("DRBD without a disk of its own") {
    disk = "drbd0";
  }
  mount_root(tree, fmt::format("ext4 /dev/{} rw", disk));
  tree.add(
      fmt::format("sys/class/block/{}", disk),
      fmt::format("-> ../../devices/virtual/block/{}", disk));
  CHECK(all_of(tree).unknown_carriers.size() == 1);
}

TEST_CASE("data of the host that lies on a network or a drive of its own", "[facts]") {
  auto tree = two_networks();
  two_drives(tree);
  tree.add(
      "proc/self/mountinfo",
      "25 1 259:1 / / rw - ext4 /dev/nvme1n1 rw\n"
      "26 25 259:2 / /var/lib/libvirt rw - xfs /dev/nvme2n1 rw\n"
      "27 25 0:30 / /var/lib/vz rw - nfs 10.9.0.1:/vz rw,addr=10.9.0.1\n"
      "28 25 259:1 / /var/log rw - ext4 /dev/nvme1n1 rw\n"
      "29 25 0:31 / /var/lib/kubelet/pods/1/v rw - nfs 10.0.0.1:/v rw,addr=10.0.0.1\n");
  const std::vector<CriticalDevice> expected{
      {kStorage, "/var/lib/vz (NFS)"},
      {kOffice, "default route"},
      {kNvme, "root filesystem"},
      {kSecondNvme, "/var/lib/libvirt"}};
  CHECK(critical_of(tree) == expected);
  // It was mounted over a port that vfirst had set up before.
  tree.add("run/vfirst/pfs", kStorage.str() + "\n" + kSecondNvme.str() + "\n");
  CHECK(critical_of(tree) == std::vector<CriticalDevice>(expected.begin() + 1, expected.end()));
}

TEST_CASE(
    "data behind the port of the default route make it more than the host's network",
    "[facts][network]") {
  auto tree = two_networks();
  two_drives(tree);
  tree.add(
      "proc/self/mountinfo",
      "25 1 259:1 / / rw - ext4 /dev/nvme1n1 rw\n"
      "27 25 0:30 / /var/lib/vz rw - nfs 10.7.0.1:/vz rw,addr=10.7.0.1\n");
  CHECK(
      critical_of(tree) ==
      std::vector<CriticalDevice>{
          {kOffice, "/var/lib/vz (NFS)"}, {kOffice, "default route"}, {kNvme, "root filesystem"}});
}

TEST_CASE(
    "the port that the host booted over is no evidence of the way to a server of a mount",
    "[facts][network]") {
  auto tree = two_networks();
  tree.remove("proc/net/route");
  mount_root(tree, "nfs4 10.9.0.1:/srv rw,addr=10.9.0.1");
  for (const auto* words :
       {"BOOTIF=01-aa-00-00-00-00-01", "ip=eno1:dhcp",
        "root=/dev/sda1 BOOTIF=01-aa-00-00-00-00-01"}) {
    tree.add("proc/cmdline", fmt::format("{}\n", words));
    INFO(words);
    CHECK(below_root(tree).empty());
    CHECK(
        unknown(all_of(tree)) ==
        "network: root filesystem: NFS from 10.9.0.1: no route to it is shown");
  }
}

TEST_CASE("the NBFT names functions and addresses, and nothing beyond its end", "[facts]") {
  std::string table(256, '\0');
  const auto put = [&](std::size_t at, std::initializer_list<unsigned> bytes) {
    for (const auto byte : bytes)
      table[at++] = static_cast<char>(byte);
  };
  table.replace(0, 4, "NBFT");
  // Control descriptor: one interface of 32 bytes at 100.
  put(64, {1, 1, 0, 0, 64, 0, 1});
  put(80, {100, 0, 0, 0, 32, 0, 1, 1});
  // Interface descriptor: its info at 150.
  put(100, {3, 1, 1, 3});
  put(116, {150, 0, 0, 0, 103, 0});
  put(150, {7, 1, 3, 1, 1, 0, 1, 0x00, 0x3b, 0x00, 0x00, 0xb4, 0x96, 0x91, 0x00, 0x00, 0x10});
  const std::vector<facts::BootInterface> expected{
      {kStorage, *MacAddress::parse("b4:96:91:00:00:10")}};
  CHECK(facts::parse_nbft(table) == expected);
  for (std::size_t size = 0; size < 167; ++size)
    CHECK(facts::parse_nbft(table.substr(0, size)).empty());
  auto tree = two_networks();
  mount_root(tree, "rootfs none rw");
  tree.remove("proc/net/route");
  tree.add("sys/firmware/acpi/tables/NBFT", table);
  tree.add("proc/cmdline", "root=UUID=aa rd.nvmf.discover=tcp,fd00::1,,4420\n");
  CHECK(below_root(tree) == Addresses{kStorage});
  // dracut follows it without a word.
  tree.add("proc/cmdline", "root=UUID=aa\n");
  CHECK(below_root(tree) == Addresses{kStorage});
  tree.add("proc/cmdline", "root=UUID=aa rd.nvmf.nonbft\n");
  CHECK(below_root(tree).empty());
}
