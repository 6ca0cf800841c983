// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A machine of two sockets with a card of one family on each, whose driver answers as its source
// says. Root is on a SATA disk.
#include "facts/read.hpp"
#include "fakesys/machine.hpp"
#include "machines/machine_tree.hpp"
#include "unit/kernel_tree.hpp"
#include "unit/plan/machine.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

namespace vfirst::test {

struct CardFamily {
  std::string_view driver, vendor, device, vf_device;
  // Of VFs. total = 0: the card is a VF itself, as a guest sees it.
  unsigned total = 8, offset = 8, stride = 1;
  bool is_nic = true;
  unsigned cards = 2;
};

class FamilyHost {
 public:
  explicit FamilyHost(const CardFamily& family) : fake(32), family_(family) {
    const TempTree description{{"machine", kDescription}};
    MachineTree tree(description.path() / "machine");
    add_modules(tree);
    std::filesystem::copy(
        tree.path(), fake.sysfs.path(),
        std::filesystem::copy_options::recursive | std::filesystem::copy_options::copy_symlinks |
            std::filesystem::copy_options::overwrite_existing);
    fake.modules.available = {"vfio-pci", "mlx5_vfio_pci"};
    add_disk();
    add_card("0000:3b:00.0", 0);
    if (family.cards > 1) add_card("0000:af:00.0", 1);
    forget();
  }

  Plan plan(const std::string& text) const {
    const auto facts = read_facts(fake.sysfs);
    REQUIRE(facts);
    return test::plan(*facts, text);
  }
  void forget() {
    fake.sysfs.forget_writes();
    fake.net.writes = 0;
  }
  std::string driver_of(const PciAddress& address) const {
    return std::filesystem::read_symlink(
               fake.sysfs.path() / ("sys/bus/pci/devices/" + address.str() + "/driver"))
        .filename();
  }

  mutable fake::FakeMachine fake;

 private:
  // As scripts/mod/file2alias.c writes what the two drivers match.
  static void add_modules(TempTree& tree) {
    const auto folder = fmt::format("lib/modules/{}/", kRelease);
    for (const auto* list : {"modules.builtin", "modules.order"})
      tree.add(folder + list, "");
    for (const auto& [name, alias] :
         {std::pair("vfio-pci", "vfio_pci:v*d*sv*sd*bc*sc*i*"),
          {"mlx5-vfio-pci", "vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i*"}})
      tree.add(
          fmt::format("{}kernel/{}.ko", folder, name),
          module_object({fmt::format("alias={}", alias)}));
    if (!run_depmod(tree, kRelease)) SKIP("no depmod");
  }

  void add_disk() {
    auto& sysfs = fake.sysfs;
    const std::string at = "sys/bus/pci/devices/0000:00:17.0/";
    sysfs.put(at + "class", "0x010601");
    sysfs.put(at + "vendor", "0x8086");
    sysfs.put(at + "device", "0xa182");
    sysfs.symlink("sys/devices/pci0000:00/0000:00:17.0", "../../bus/pci/devices/0000:00:17.0");
    sysfs.symlink(
        "sys/class/block/sda1",
        "../../devices/pci0000:00/0000:00:17.0/host0/target0:0:0/0:0:0:0/block/sda/sda1");
  }

  void add_card(const std::string& address, unsigned node) {
    auto& sysfs = fake.sysfs;
    const auto at = "sys/bus/pci/devices/" + address;
    const auto name = fmt::format("ens{}f0np0", node + 1);
    const auto mac = *MacAddress::parse(fmt::format("b4:96:91:00:00:{}0", node + 1));
    fake::Pf pf;
    pf.address = address;
    pf.driver = family_.driver;
    pf.driver_does = fake::Pf::Driver::by_name;
    pf.total = family_.total, pf.offset = family_.offset, pf.stride = family_.stride;
    pf.netdev = family_.is_nic ? name : "";
    pf.ifindex = 10 + node;
    pf.irqs = {100 + 10 * node, 101 + 10 * node, 102 + 10 * node};
    sysfs.add(pf);
    const auto put = [&](const std::string& file, const std::string& text) {
      sysfs.put(at + "/" + file, text);
    };
    put("class", family_.is_nic ? "0x020000" : "0x120000");
    put("vendor", fmt::format("0x{}", family_.vendor));
    put("device", fmt::format("0x{}", family_.device));
    put("numa_node", std::to_string(node));
    put("sriov_offset", std::to_string(family_.offset));
    put("sriov_stride", std::to_string(family_.stride));
    put("sriov_vf_device", std::string(family_.vf_device));
    if (family_.total == 0)
      for (const auto* file :
           {"totalvfs", "numvfs", "drivers_autoprobe", "offset", "stride", "vf_device"})
        sysfs.remove(fmt::format("{}/sriov_{}", at, file));
    const auto bridge = fmt::format("pci0000:{0}/0000:{0}:00.0", node ? "ae" : "3a");
    sysfs.symlink(
        fmt::format("sys/devices/{}/{}", bridge, address), "../../../bus/pci/devices/" + address);
    if (!family_.is_nic) return;
    put("net/" + name + "/address", mac.str());
    put("net/" + name + "/addr_assign_type", "0");
    sysfs.symlink(
        "sys/class/net/" + name, fmt::format("../../devices/{}/{}/net/{}", bridge, address, name));
    auto& port = fake.net.port(pf.ifindex);
    port.mac = mac;
    port.every_setting = true;
    const auto known = fake::moderated_drivers();
    if (std::ranges::find(known, pf.driver) == known.end()) return;
    port.driver = pf.driver;
    port.moderation = fake::fresh_moderation(pf.driver);
    port.coalescing = port.moderation.answers;
  }

  static constexpr auto kRelease = "6.12.95+deb13-amd64";
  static constexpr auto kDescription = R"(
cpu GenuineIntel flags=lm,pdpe1gb,vmx
layout nodes=2 cores=8 threads=2
memory 65536 65536
tables DMAR
kernel 6.12.95+deb13-amd64
cmdline root=UUID=0 ro quiet
file lib/firmware/intel/ice/ddp/ice.pkg x
file run/vfirst/capture/routes rule 254
file proc/self/mountinfo 25 1 8:1 / / rw - ext4 /dev/sda1 rw
)";

  const CardFamily family_;
};

}  // namespace vfirst::test
