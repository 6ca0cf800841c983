// SPDX-License-Identifier: GPL-2.0-or-later
// No step on what carries the host, whatever carries it: made-up machines, of which it is known by
// construction which functions root and the default route stand on.
#include "facts/read.hpp"
#include "unit/dice.hpp"
#include "unit/pci_tree.hpp"
#include "unit/plan/machine.hpp"
#include "unit/rounds.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>

using namespace vfirst;
using namespace vfirst::test;

namespace {

struct Card {
  std::string address, above, port, mac;
};
const Card kCards[] = {
    {"0000:3b:00.0", "pci0000:17/0000:17:02.0", "ens1f0", "b4:96:91:00:00:10"},
    {"0000:3b:00.1", "pci0000:17/0000:17:02.0", "ens1f1", "b4:96:91:00:00:11"},
    {"0000:41:00.0", "pci0000:40/0000:40:00.0", "ens2f0", "10:70:fd:00:00:20"},
    {"0000:41:00.1", "pci0000:40/0000:40:00.0", "ens2f1", "10:70:fd:00:00:21"},
};
const Card kDrives[] = {
    {"0000:5e:00.0", "pci0000:5d/0000:5d:00.0", "1", ""},
    {"0000:5f:00.0", "pci0000:5d/0000:5d:01.0", "2", ""},
};

// A tree, and what is true of it.
class Made {
 public:
  explicit Made(unsigned seed) : dice_(seed) {
    tree_.add(
        {{"sys/class/net/", ""}, {"sys/class/block/", ""}, {"sys/firmware/acpi/tables/DMAR", ""}});
    for (const auto& card : kCards) {
      tree_.function(card.address, card.above, "020000", "8086:1592");
      tree_.pf(card.address, 8);
      tree_.at(
          card.address, {{"net/" + card.port + "/address", card.mac + "\n"},
                         {"net/" + card.port + "/addr_assign_type", "0\n"},
                         {"net/" + card.port + "/flags", "0x1003\n"}});
      tree_.add(
          "sys/class/net/" + card.port,
          fmt::format("-> ../../devices/{}/{}/net/{}", card.above, card.address, card.port));
    }
    for (const auto& drive : kDrives) {
      tree_.function(drive.address, drive.above, "010802", "144d:a824");
      tree_.pf(drive.address, 8);
      const auto name = fmt::format("nvme{}/nvme{}n1", drive.port, drive.port);
      tree_.at(drive.address, {{"nvme/" + name + "/dev", fmt::format("259:{}\n", drive.port)}});
      tree_.add(
          fmt::format("sys/class/block/nvme{}n1", drive.port),
          fmt::format("-> ../../devices/{}/{}/nvme/{}", drive.above, drive.address, name));
    }
    root();
    routes();
    tree_.add("proc/self/mountinfo", mounts_);
    tree_.add("run/vfirst/capture/routes", routes_);
    tree_.add("proc/cmdline", words_ + "\n");
  }
  const PciTree& tree() const { return tree_; }
  // Root stands on these; the network of the boot and the default route on those.
  std::set<PciAddress> root_on, network_on;
  bool unknown_root = false;
  // A server to which no route is shown: no drive has it.
  bool over_network = false;
  bool may_carry_root(const PciAddress& address) const {
    return unknown_root && (!over_network || address.bus < 0x5e);
  }
  std::string story;

 private:
  const Card& card() { return kCards[dice_.from(0, 3)]; }

  void device(const std::string& name, const std::vector<std::string>& lower) {
    tree_.add("sys/class/net/" + name, "-> ../../devices/virtual/net/" + name);
    tree_.add(fmt::format("sys/devices/virtual/net/{}/address", name), "02:00:00:00:00:01\n");
    tree_.add(fmt::format("sys/devices/virtual/net/{}/addr_assign_type", name), "3\n");
    for (const auto& port : lower)
      tree_.add(fmt::format("sys/devices/virtual/net/{}/lower_{}", name, port), "-> x");
  }

  // An interface over one or two cards, through up to three floors.
  std::string stack(std::set<PciAddress>& on) {
    std::vector<std::string> ports;
    for (unsigned i = dice_.from(1, 2); i > 0; --i) {
      const auto& one = card();
      if (std::ranges::find(ports, one.port) != ports.end()) continue;
      ports.push_back(one.port);
      on.insert(bdf(one.address));
    }
    auto top = ports.front();
    if (ports.size() > 1 || dice_.one_in(2)) {
      const std::string kinds[] = {"bond", "br", "team"};
      top = fmt::format("{}{}", kinds[dice_.from(0, 2)], ++count_);
      device(top, ports);
      story += " " + top;
    }
    for (unsigned i = dice_.from(0, 2); i > 0; --i) {
      const std::string kinds[] = {"vlan", "macvlan", "vrf", "br"};
      const auto name = fmt::format("{}{}", kinds[dice_.from(0, 3)], ++count_);
      device(name, {top});
      top = name;
      story += " " + top;
    }
    return top;
  }

  // The server 10.9.0.1 is behind one or two stacks: several next hops, or a table of a rule.
  void server_route() {
    routes_ += fmt::format("route 254 10.9.0.0/24 {}\n", stack(root_on));
    if (dice_.one_in(3)) {
      const auto table = dice_.one_in(2) ? 254u : 100u;
      if (table == 100) routes_ += "rule 100\n";
      routes_ += fmt::format("route {} 10.9.0.0/24 {}\n", table, stack(root_on));
    }
  }

  void mount(std::string_view line) { mounts_ = fmt::format("25 1 0:22 / / rw - {}\n", line); }

  void drives(bool both) {
    root_on.insert(bdf(kDrives[0].address));
    if (both) root_on.insert(bdf(kDrives[1].address));
  }

  void iscsi_disk() {
    mount("ext4 /dev/sda rw");
    tree_.add(
        "sys/class/block/sda",
        "-> ../../devices/platform/host9/session1/target9:0:0/9:0:0:1/block/sda");
  }

  void fabric_disk(const std::string& address) {
    mount("xfs /dev/nvme0n1 rw");
    tree_.add(
        {{"sys/class/block/nvme0n1",
          "-> ../../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1"},
         {"sys/class/nvme-subsystem/nvme-subsys0",
          "-> ../../devices/virtual/nvme-subsystem/nvme-subsys0"},
         {"sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0",
          "-> ../../nvme-fabrics/ctl/nvme0"},
         {"sys/devices/virtual/nvme-fabrics/ctl/nvme0/transport", "tcp\n"},
         {"sys/devices/virtual/nvme-fabrics/ctl/nvme0/address", address + "\n"}});
  }

  void root() {
    const auto kind = dice_.from(0, 16);
    story = fmt::format("root {}", kind);
    switch (kind) {
      case 0: mount("ext4 /dev/nvme1n1 rw"), drives(false); break;
      case 1:
        mount("btrfs /dev/nvme1n1 rw"), drives(true);
        tree_.add(
            {{"sys/fs/btrfs/0a/devices/nvme1n1", "-> x"},
             {"sys/fs/btrfs/0a/devices/nvme2n1", "-> x"}});
        break;
      case 2: mount("bcachefs /dev/nvme1n1:/dev/nvme2n1 rw"), drives(true); break;
      case 3:
        mount("zfs rpool/ROOT/x rw"), drives(false);
        tree_.add("run/udev/data/b259:1", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=rpool\n");
        tree_.add("run/udev/data/b259:2", "E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=tank\n");
        break;
      case 4:
        // Its members are not shown: both drives may be.
        mount("zfs rpool/ROOT/x rw"), drives(true);
        break;
      case 5:
        mount("xfs /dev/dm-0 rw"), drives(true);
        tree_.add(
            {{"sys/class/block/dm-0", "-> ../../devices/virtual/block/dm-0"},
             {"sys/devices/virtual/block/dm-0/slaves/nvme1n1", "-> x"},
             {"sys/devices/virtual/block/dm-0/slaves/nvme2n1", "-> x"}});
        break;
      case 6: mount("nfs4 10.9.0.1:/srv rw,addr=10.9.0.1"), server_route(); break;
      case 7: mount("cifs //10.9.0.1/srv rw,addr=10.9.0.1"), server_route(); break;
      case 8:
        iscsi_disk(), server_route();
        tree_.add("sys/class/iscsi_connection/connection1:0/address", "10.9.0.1\n");
        break;
      case 9:
        iscsi_disk();
        tree_.add("sys/devices/platform/host9/iscsi_host/host9/netdev", stack(root_on) + "\n");
        break;
      case 10: {
        const auto& one = card();
        iscsi_disk(), root_on.insert(bdf(one.address));
        tree_.add("sys/firmware/ibft/ethernet0/mac", one.mac + "\n");
        break;
      }
      case 11: fabric_disk("traddr=10.9.0.1,trsvcid=4420"), server_route(); break;
      case 12:
        fabric_disk(fmt::format("traddr=172.16.0.1,trsvcid=4420,host_iface={}", stack(root_on)));
        break;
      case 13: {
        // Early boot.
        mount("rootfs none rw");
        words_ = fmt::format("root=nfs:10.9.0.1:/srv ip={}:dhcp", stack(root_on));
        break;
      }
      case 14: {
        mount("rootfs none rw");
        const auto &one = kCards[0], &two = kCards[2];
        root_on = {bdf(one.address), bdf(two.address)};
        words_ = fmt::format(
            "root=UUID=aa netroot=iscsi:10.9.0.1::::iqn.a bond=bond9:{},{} vlan=v9:bond9 "
            "ip=v9:dhcp",
            one.port, two.port);
        break;
      }
      case 15:
        mount("ext4 /dev/ublkb0 rw"), unknown_root = true;
        tree_.add("sys/class/block/ublkb0", "-> ../../devices/virtual/block/ublkb0");
        break;
      default: mount("nfs4 10.8.0.1:/srv rw,addr=10.8.0.1"), unknown_root = over_network = true;
    }
  }

  void routes() {
    if (dice_.one_in(4)) return;
    // A server without a route of its own would be reached by this one.
    if (unknown_root) return;
    for (unsigned hops = dice_.from(1, 2); hops > 0; --hops)
      routes_ +=
          fmt::format("route {} 0.0.0.0/0 {}\n", dice_.one_in(3) ? 1001 : 254, stack(network_on));
  }

  Dice dice_;
  PciTree tree_;
  unsigned count_ = 0;
  std::string mounts_, routes_ = "rule 254\n", words_ = "root=/dev/x";
};

// Some functions share a group with others.
void group(Facts& facts, Dice& dice) {
  facts.iommu.groups.clear();
  for (auto& f : facts.pci) {
    const auto id = dice.from(0, 9);
    f.iommu_group = id;
    auto at = std::ranges::find(facts.iommu.groups, id, &IommuGroup::id);
    if (at == facts.iommu.groups.end())
      at = facts.iommu.groups.insert(facts.iommu.groups.end(), IommuGroup{id, "DMA", {}});
    at->members.push_back(f.address);
  }
}

bool shares_group(const Facts& facts, const PciAddress& address, const std::set<PciAddress>& with) {
  const auto* f = facts.function(address);
  return std::ranges::any_of(facts.pci, [&](const PciFunction& other) {
    return other.iommu_group == f->iommu_group && with.contains(other.address);
  });
}

}  // namespace

TEST_CASE(
    "on any machine no step touches what carries root, whatever carries it, and what carries "
    "nothing is set up",
    "[sriov]") {
  unsigned machines = 0, with_steps = 0, alone = 0;
  const auto trees = rounds(500);
  for (unsigned seed = 0; seed < trees; ++seed) {
    const Made made(seed);
    const auto read = read_facts(made.tree().root());
    REQUIRE(read);
    for (unsigned round = 0; round < 22; ++round) {
      Dice dice(seed * 1000 + round);
      auto facts = *read;
      if (round > 0) group(facts, dice);
      std::string text;
      std::set<PciAddress> vfio, boot_nic, unknown_carrier, chosen;
      unsigned number = 0;
      const auto section = [&](const std::string& selector, const PciAddress& address) {
        text += fmt::format("[pf p{}]\n{}\nvfs = {}\n", ++number, selector, dice.from(1, 8));
        chosen.insert(address);
        if (dice.one_in(2)) {
          text += "vf-driver = vfio-pci\n";
          vfio.insert(address);
        }
        if (dice.one_in(4)) text += "allow-boot-nic = yes\n", boot_nic.insert(address);
        if (dice.one_in(4))
          text += "allow-unknown-carrier = yes\n", unknown_carrier.insert(address);
        if (dice.one_in(3)) text += "irq = reserved\n";
      };
      for (const auto& card : kCards) {
        const std::string by[] = {
            "pci = " + card.address, "mac = " + card.mac, "ifname = " + card.port};
        section(by[dice.from(0, 2)], bdf(card.address));
      }
      for (const auto& drive : kDrives)
        section("pci = " + drive.address, bdf(drive.address));
      INFO("seed " << seed << " round " << round << ": " << made.story << "\n" << text);
      const auto plan = make_plan(facts, policy(text));
      REQUIRE(plan);
      ++machines;
      std::set<PciAddress> touched;
      for (const auto& step : plan->steps)
        if (const auto pf = pf_of(step.action)) touched.insert(*pf);
      with_steps += !touched.empty();
      for (const auto& pf : touched) {
        INFO("step on " << pf.str());
        // Where a pool's members are not shown, the owner may say that a drive is none.
        const bool zfs_word = made.story.starts_with("root 4") && unknown_carrier.contains(pf);
        REQUIRE((!made.root_on.contains(pf) || zfs_word));
        REQUIRE((!made.network_on.contains(pf) || boot_nic.contains(pf)));
        REQUIRE((!made.may_carry_root(pf) || unknown_carrier.contains(pf)));
        if (!vfio.contains(pf) || round == 0) continue;
        auto others = made.network_on;
        others.erase(pf);
        REQUIRE((zfs_word || !shares_group(facts, pf, made.root_on)));
        REQUIRE_FALSE(shares_group(facts, pf, others));
      }
      // No false alarm.
      for (const auto& pf : chosen) {
        if (made.root_on.contains(pf) || made.network_on.contains(pf) || made.may_carry_root(pf))
          continue;
        // In its group a device may carry root.
        if (made.unknown_root && vfio.contains(pf) && round > 0) continue;
        if (vfio.contains(pf) &&
            (shares_group(facts, pf, made.root_on) || shares_group(facts, pf, made.network_on)))
          continue;
        INFO("none on " << pf.str() << ": " << message(*plan, "pf-critical"));
        REQUIRE(touched.contains(pf));
        ++alone;
      }
    }
  }
  CHECK(machines == trees * 22);
  CHECK(with_steps > machines / 4);
  CHECK(alone > machines);
}
