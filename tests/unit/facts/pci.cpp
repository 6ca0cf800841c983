// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/read.hpp"
#include "unit/pci_tree.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using vfirst::test::PciTree;

namespace {

Facts facts_of(const PciTree& tree, const ReadOptions& options = {}) {
  auto facts = read_facts(tree.root(), options);
  REQUIRE(facts);
  return std::move(*facts);
}

const PciAddress kPort{0, 0x17, 2, 0}, kPf{0, 0x3b, 0, 0}, kVf{0, 0x3b, 1, 0};

PciTree with_pf() {
  PciTree tree;
  tree.function("0000:17:02.0", "pci0000:17", "060400", "8086:347a");
  tree.function("0000:3b:00.0", "pci0000:17/0000:17:02.0", "020000", "8086:1592", "8086:0002");
  tree.pf("0000:3b:00.0", 64);
  return tree;
}

}  // namespace

TEST_CASE(
    "a PF is read from sysfs alone where configuration space is out of reach", "[facts][sriov]") {
  auto tree = with_pf();
  tree.at(
      "0000:3b:00.0", {{"numa_node", "1\n"},
                       {"modalias", "pci:v00008086d00001592sv00008086sd00000002bc02sc00i00\n"},
                       {"driver", "-> ../../../../bus/pci/drivers/ice"},
                       {"current_link_speed", "8.0 GT/s PCIe\n"},
                       {"current_link_width", "8\n"},
                       {"max_link_speed", "16.0 GT/s PCIe\n"},
                       {"max_link_width", "16\n"}});
  const auto facts = facts_of(tree);
  const auto* pf = facts.function(kPf);
  REQUIRE(pf);
  CHECK(pf->vendor == 0x8086);
  CHECK(pf->device == 0x1592);
  CHECK(pf->subsystem_device == 2);
  CHECK(pf->class_code == 0x020000);
  CHECK(pf->driver == "ice");
  CHECK(pf->node == 1);
  CHECK(pf->link == PcieLink{8000, 8});
  CHECK(pf->link_capable == PcieLink{16000, 16});
  CHECK(pf->bridges == std::vector<PciAddress>{kPort});
  REQUIRE(pf->sriov);
  CHECK(pf->sriov->total_vfs == 64);
  CHECK(pf->sriov->offset == 8);
  CHECK(pf->sriov->stride == 1);
  CHECK(pf->sriov->vf_device == 0x1889);
  CHECK(pf->sriov->autoprobe == true);
  CHECK(pf->sriov->num_vfs == 0);
  CHECK(pf->name.empty());
  REQUIRE(facts.function(kPort));
  CHECK(facts.function(kPort)->class_code == 0x060400);
  CHECK(
      std::count(
          facts.gaps.begin(), facts.gaps.end(),
          "PCI configuration space: not readable beyond 64 bytes, MSI-X sizes, ARI and "
          "ACS are not known") == 1);
}

TEST_CASE("VF BARs are a share of the PF's resources, assigned or not", "[facts][sriov]") {
  auto tree = with_pf();
  const std::string none = "0x0000000000000000 0x0000000000000000 0x0000000000000000\n";
  std::string resource;
  for (int i = 0; i < 7; ++i)
    resource += none;
  SECTION("assigned") {
    // 8 MiB for 64 VFs
    resource += "0x000000c000000000 0x000000c0007fffff 0x000000000014220c\n" + none;
    resource += "0x000000c001000000 0x000000c0010fffff 0x000000000014220c\n" + none + none + none;
    tree.at("0000:3b:00.0", {{"resource", resource}});
    const auto sriov = *facts_of(tree).function(kPf)->sriov;
    CHECK(sriov.vf_bar_bytes == std::vector<std::uint64_t>{131072, 16384});
    CHECK(sriov.bars_assigned == true);
  }
  SECTION("sized but without an address") {
    resource += "0x0000000000000000 0x00000000007fffff 0x000000002014220c\n" + none + none + none +
                none + none;
    tree.at("0000:3b:00.0", {{"resource", resource}});
    CHECK(facts_of(tree).function(kPf)->sriov->bars_assigned == false);
  }
  SECTION("an older kernel's way to say so, without the flag") {
    resource += "0x0000000000000000 0x00000000007fffff 0x000000000014220c\n" + none + none + none +
                none + none;
    tree.at("0000:3b:00.0", {{"resource", resource}});
    CHECK(facts_of(tree).function(kPf)->sriov->bars_assigned == false);
  }
  SECTION("cleared by the kernel") {
    for (int i = 0; i < 6; ++i)
      resource += none;
    tree.at("0000:3b:00.0", {{"resource", resource}});
    CHECK(facts_of(tree).function(kPf)->sriov->bars_assigned == false);
  }
  SECTION("a kernel that does not show them") {
    tree.at("0000:3b:00.0", {{"resource", resource}});
    CHECK(facts_of(tree).function(kPf)->sriov->bars_assigned == std::nullopt);
  }
}

TEST_CASE("VFs are counted by their links and know their PF", "[facts][sriov]") {
  auto tree = with_pf();
  tree.function("0000:3b:01.0", "pci0000:17/0000:17:02.0", "020000", "8086:1889");
  tree.at("0000:3b:00.0", {{"virtfn0", "-> ../0000:3b:01.0"}, {"sriov_numvfs", "64\n"}});
  tree.at("0000:3b:01.0", {{"physfn", "-> ../0000:3b:00.0"}});
  const auto facts = facts_of(tree);
  CHECK(facts.function(kPf)->sriov->vfs == std::vector<PciAddress>{kVf});
  CHECK(facts.function(kPf)->sriov->num_vfs == 1);
  CHECK(facts.function(kVf)->physfn == kPf);
  CHECK(facts.function(kVf)->is_vf());
}

TEST_CASE(
    "configuration space tells MSI-X, link, ARI, ACS and the hardware's VFs", "[facts][sriov]") {
  auto tree = with_pf();
  std::string config(4096, '\0');
  const auto put = [&](std::size_t at, std::initializer_list<unsigned> bytes) {
    for (auto byte : bytes)
      config[at++] = static_cast<char>(byte);
  };
  // status: capability list
  put(0x06, {0x10});
  put(0x34, {0x40});
  // MSI-X, next, 1024 entries
  put(0x40, {0x11, 0x60, 0xff, 0x03});
  // PCI Express
  put(0x60, {0x10, 0x00});
  // LNKCAP: 16 GT/s x16
  put(0x6c, {0x04, 0x01});
  // LNKSTA: 8 GT/s x8
  put(0x72, {0x83, 0x00});
  // ARI, next 0x120
  put(0x100, {0x0e, 0x00, 0x01, 0x12});
  // ACS, next 0x140
  put(0x120, {0x0d, 0x00, 0x01, 0x14});
  // SR-IOV
  put(0x140, {0x10, 0x00, 0x01, 0x00});
  // InitialVFs, TotalVFs 128
  put(0x14c, {0x80, 0x00, 0x80, 0x00});
  tree.at(
      "0000:3b:00.0",
      {{"config", config},
       {"resource", std::string("0x0 0x0 0x0\n0x0 0x0 0x0\n0x0 0x0 0x0\n0x0 0x0 0x0\n0x0 0x0 "
                                "0x0\n0x0 0x0 0x0\n0x0 0x0 0x0\n"
                                "0xc0000000 0xc07fffff 0x14220c\n0x0 0x0 0x0\n0x0 0x0 0x0\n0x0 "
                                "0x0 0x0\n0x0 0x0 0x0\n0x0 0x0 0x0\n")}});
  const auto facts = facts_of(tree);
  const auto* pf = facts.function(kPf);
  CHECK(pf->msix_vectors == 1024);
  CHECK(pf->link == PcieLink{8000, 8});
  CHECK(pf->link_capable == PcieLink{16000, 16});
  CHECK(pf->ari);
  CHECK(pf->acs);
  // The driver lowered the VFs to 64; the windows stay cut for the hardware's 128.
  CHECK(pf->sriov->total_vfs == 64);
  CHECK(pf->sriov->vf_bar_bytes == std::vector<std::uint64_t>{65536});
}

TEST_CASE("netdevs of a function, the burnt-in address only where it is in use", "[facts]") {
  auto tree = with_pf();
  tree.at(
      "0000:3b:00.0", {{"net/ens1f0/address", "b4:96:91:aa:bb:cc\n"},
                       {"net/ens1f0/addr_assign_type", "0\n"},
                       {"net/ens1f0/dev_port", "1\n"},
                       {"net/ens1f0/phys_port_name", "p0\n"},
                       {"net/ens1f0/speed", "25000\n"},
                       {"net/ens1f0/flags", "0x1003\n"}});
  auto ports = facts_of(tree).function(kPf)->ports;
  REQUIRE(ports.size() == 1);
  CHECK(ports[0].name == "ens1f0");
  CHECK(ports[0].mac->str() == "b4:96:91:aa:bb:cc");
  CHECK(ports[0].permanent_mac == ports[0].mac);
  CHECK(ports[0].dev_port == 1u);
  CHECK(ports[0].phys_port_name == "p0");
  CHECK(ports[0].speed_mbps == 25000u);
  CHECK(ports[0].up);
  tree.at(
      "0000:3b:00.0", {{"net/ens1f0/addr_assign_type", "3\n"},
                       {"net/ens1f0/speed", "-1\n"},
                       {"net/ens1f0/flags", "0x1002\n"}});
  ports = facts_of(tree).function(kPf)->ports;
  CHECK(ports[0].permanent_mac == std::nullopt);
  CHECK(ports[0].speed_mbps == std::nullopt);
  CHECK(!ports[0].up);
}

TEST_CASE("the permanent address of a port that uses another one", "[facts][network]") {
  auto tree = with_pf();
  tree.at(
      "0000:3b:00.0",
      {{"net/ens1f0/address", "aa:bb:cc:00:00:01\n"}, {"net/ens1f0/addr_assign_type", "3\n"}});
  const auto port = [&] { return facts_of(tree).function(kPf)->ports.at(0); };
  const auto own = *MacAddress::parse("10:70:fd:6d:9e:3a");
  const auto said = [&] {
    return std::ranges::count_if(facts_of(tree).gaps, [](const std::string& gap) {
      return gap ==
             "ens1f0 (0000:3b:00.0): its permanent address is not shown; aa:bb:cc:00:00:01 "
             "was set later";
    });
  };
  SECTION("nothing shows it") {
    CHECK_FALSE(port().permanent_mac);
    CHECK(port().mac_origin == MacOrigin::set);
    CHECK_FALSE(port().identity());
    CHECK(said() == 1);
  }
  SECTION("the bond kept it") {
    tree.at("0000:3b:00.0", {{"net/ens1f0/bonding_slave/perm_hwaddr", "10:70:fd:6d:9e:3a\n"}});
    CHECK(port().permanent_mac == own);
    CHECK(said() == 0);
  }
  SECTION("a capture has the kernel's answer") {
    tree.add("run/vfirst/capture/permanent-addresses", "lo x\nens1f0 10:70:fd:6d:9e:3a\n");
    CHECK(port().permanent_mac == own);
    CHECK(port().identity() == own);
    CHECK(said() == 0);
  }
  SECTION("a random one is no permanent one") {
    tree.at("0000:3b:00.0", {{"net/ens1f0/addr_assign_type", "1\n"}});
    CHECK_FALSE(port().identity());
  }
}

TEST_CASE("IOMMU groups, units and firmware tables", "[facts][iommu]") {
  auto tree = with_pf();
  tree.add(
      {{"sys/firmware/acpi/tables/DMAR", ""},
       {"sys/class/iommu/dmar0", "-> ../../devices/virtual/iommu/dmar0"},
       {"sys/kernel/iommu_groups/12/type", "identity\n"},
       {"sys/kernel/iommu_groups/12/devices/0000:3b:00.0",
        "-> ../../../../devices/pci0000:17/0000:17:02.0/0000:3b:00.0"}});
  const auto facts = facts_of(tree);
  CHECK(facts.iommu.tables_known);
  CHECK(facts.iommu.dmar);
  CHECK(!facts.iommu.ivrs);
  CHECK(facts.iommu.units == std::vector<std::string>{"dmar0"});
  CHECK(facts.iommu.groups == std::vector<IommuGroup>{{12, "identity", {kPf}}});
  CHECK(facts.function(kPf)->iommu_group == 12u);
  CHECK(facts.iommu.active());
}

TEST_CASE("a function that vanishes between listing and reading is no error", "[facts]") {
  auto tree = with_pf();
  tree.add(
      "sys/bus/pci/devices/0000:3b:00.1",
      "-> ../../../devices/pci0000:17/0000:17:02.0/0000:3b:00.1");
  const auto facts = facts_of(tree);
  CHECK(facts.pci.size() == 2);
}

TEST_CASE("the physical slot is the one of bus and device", "[facts][grub]") {
  auto tree = with_pf();
  tree.add("sys/bus/pci/slots/3-1/address", "0000:3b:00\n");
  CHECK(facts_of(tree).function(kPf)->slot == "3-1");
  CHECK(facts_of(tree).function(kPort)->slot.empty());
}

TEST_CASE("an InfiniBand port has its device's node GUID", "[facts][network]") {
  PciTree tree;
  tree.function("0000:17:02.0", "pci0000:17", "060400", "8086:347a");
  tree.function("0000:3b:00.0", "pci0000:17/0000:17:02.0", "020700", "15b3:1021");
  tree.function("0000:3b:00.1", "pci0000:17/0000:17:02.0", "020000", "15b3:1021");
  for (const auto* address : {"0000:3b:00.0", "0000:3b:00.1"})
    tree.at(address, {{"infiniband/mlx5_0/node_guid", "5c25:7303:00bf:a320\n"}});
  const auto facts = facts_of(tree);
  CHECK(facts.function(kPf)->node_guid == Guid{0x5c25730300bfa320});
  CHECK_FALSE(facts.function({0, 0x3b, 0, 1})->node_guid);
  tree.at("0000:3b:00.0", {{"infiniband/mlx5_0/node_guid", "0000:0000:0000:0000\n"}});
  CHECK_FALSE(facts_of(tree).function(kPf)->node_guid);
}

TEST_CASE("a PF knows the last bus behind the bridge above it", "[facts][sriov]") {
  auto tree = with_pf();
  CHECK_FALSE(facts_of(tree).function(kPf)->sriov->last_bus);
  tree.at("0000:17:02.0", {{"subordinate_bus_number", "60\n"}});
  CHECK(facts_of(tree).function(kPf)->sriov->last_bus == 60u);
  tree.at("0000:17:02.0", {{"subordinate_bus_number", "600\n"}});
  CHECK_FALSE(facts_of(tree).function(kPf)->sriov->last_bus);
}

TEST_CASE("DDP packages are looked for where a kernel looks, if ice has a device", "[facts]") {
  auto tree = with_pf();
  tree.add("lib/firmware/intel/ice/ddp/ice.pkg.xz", "x");
  CHECK_FALSE(facts_of(tree).ice_packages);
  tree.at("0000:3b:00.0", {{"driver", "-> ../../../../bus/pci/drivers/ice"}});
  tree.add("lib/modules/6.12.1/vmlinuz", "");
  tree.add("lib/firmware/updates/6.12.1/intel/ice/ddp/ice-b49691ffffa00010.pkg", "x");
  tree.add("lib/firmware/updates/6.12.2/intel/ice/ddp/ice.pkg", "x");
  tree.add("lib/firmware/intel/ice/ddp/LICENSE", "x");
  CHECK(
      facts_of(tree).ice_packages ==
      std::vector<std::string>{
          "lib/firmware/intel/ice/ddp/ice.pkg.xz",
          "lib/firmware/updates/6.12.1/intel/ice/ddp/ice-b49691ffffa00010.pkg"});
  auto other = with_pf();
  other.at("0000:3b:00.0", {{"driver", "-> ../../../../bus/pci/drivers/ice"}});
  CHECK_FALSE(facts_of(other).ice_packages);
  other.add("lib/firmware/README", "x");
  CHECK(facts_of(other).ice_packages == std::vector<std::string>());
}
