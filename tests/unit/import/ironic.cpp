// SPDX-License-Identifier: GPL-2.0-or-later
// Ironic's inspection: the keys and types are those of ironic-python-agent's collectors and of
// `baremetal node inventory save`.
#include "import/document.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;

namespace {

// Two sockets of two cores with two threads, a NIC on each; the agent's own spelling, numbers as
// texts among it.
constexpr std::string_view kInventory = R"("inventory": {
  "cpu": {"model_name": "Intel(R) Xeon(R) Gold 6338N CPU @ 2.20GHz", "frequency": "2200.0",
    "count": 8, "architecture": "x86_64", "flags": ["fpu", "lm", "pdpe1gb"]},
  "memory": {"total": 68719476736, "physical_mb": 65536},
  "interfaces": [
    {"name": "ens1f0", "mac_address": "B4:96:91:00:00:10", "vendor": "0x8086",
      "product": "0x1592", "has_carrier": true, "lldp": null},
    {"name": "ens5f0", "mac_address": "b4:96:91:00:00:20", "speed_mbps": 100000,
      "pci_address": "0000:af:00.0", "driver": "ice"},
    {"name": "lost0", "mac_address": "b4:96:91:00:00:30"}],
  "system_vendor": {"product_name": "PowerEdge R760", "serial_number": "ABC1234",
    "manufacturer": "Dell Inc."},
  "boot": {"current_boot_mode": "uefi", "pxe_interface": "b4:96:91:00:00:10"},
  "hostname": "node-7"})";
constexpr std::string_view kCollected = R"(
  "numa_topology": {
    "ram": [{"numa_node": 1, "size_kb": 33554432}, {"numa_node": 0, "size_kb": 33000000}],
    "cpus": [{"cpu": 1, "numa_node": 0, "thread_siblings": [1, 5]}, {"cpu": 0, "numa_node": 0,
      "thread_siblings": [4, 0]},
             {"cpu": 0, "numa_node": 1, "thread_siblings": [2, 6]}, {"cpu": 1, "numa_node": 1,
               "thread_siblings": [3, 7]}],
    "nics": [{"name": "ens1f0", "numa_node": 0}]},
  "pci_devices": [
    {"vendor_id": "8086", "product_id": "1592", "class": "020000", "revision": "02",
      "bus": "0000:af:00.0", "numa_node_id": "1"},
    {"vendor_id": "8086", "product_id": "1592", "class": "020000", "revision": "02",
      "bus": "0000:3b:00.0", "numa_node_id": "0"},
    {"vendor_id": "1000", "product_id": "0097", "class": "010700", "revision": null,
      "bus": "0000:01:00.0", "numa_node_id": "-1"}],
  "extra": {"network": {"ens1f0": {"businfo": "pci@0000:3b:00.0", "driver": "ice",
    "speed": "100Gbit/s", "latency": 0}}},
  "root_disk": {"name": "/dev/sda", "by_path": "/dev/disk/by-path/pci-0000:01:00.0-scsi-0:2:0:0"})";

Facts facts_of(const std::string& text) {
  auto facts = read_document("node-7.json", text);
  if (!facts) FAIL(facts.error().what);
  return std::move(*facts);
}
std::string saved(std::string_view collected = kCollected) {
  return fmt::format(R"({{{}, "plugin_data": {{{}}}}})", kInventory, collected);
}
std::string refused_inspection(const std::string& text) {
  const auto facts = read_document("node-7.json", text);
  return facts ? "accepted" : facts.error().what;
}
bool has_gap(const Facts& facts, std::string_view word) {
  return std::ranges::any_of(
      facts.gaps, [&](const std::string& gap) { return gap.find(word) != gap.npos; });
}

}  // namespace

TEST_CASE(
    "the inspection tells CPUs, nodes, PCI functions and their ports", "[import][cpu][network]") {
  const auto facts = facts_of(saved());
  CHECK(facts.cpu.online == CpuSet::range(0, 7));
  CHECK(facts.cpu.vendor == "intel");
  CHECK(facts.cpu.gigabyte_pages == true);
  CHECK(facts.cpu_at(4)->siblings == CpuSet{0, 4});
  CHECK(facts.cpu_at(6)->node == 1);
  REQUIRE(facts.numa.size() == 2);
  CHECK(facts.numa[0].total_kb == 33000000);
  CHECK(facts.numa[1].cpus == CpuSet{2, 3, 6, 7});
  CHECK(facts.memory.total_kb == 33554432 + 33000000);
  REQUIRE(facts.pci.size() == 3);
  CHECK(facts.pci[0].node == -1);
  CHECK(facts.pci[1].address.str() == "0000:3b:00.0");
  CHECK(facts.pci[1].driver == "ice");
  CHECK(facts.pci[1].ports.front().mac->str() == "b4:96:91:00:00:10");
  CHECK(facts.pci[2].ports.front().name == "ens5f0");
  CHECK(facts.pci[2].ports.front().speed_mbps == 100000u);
  CHECK(facts.dmi == Dmi{"Dell Inc.", "PowerEdge R760", "ABC1234", ""});
  CHECK(facts.hostname == "node-7");
  CHECK(facts.boot.uefi);
  CHECK(
      facts.critical ==
      std::vector{CriticalDevice{*PciAddress::parse("0000:01:00.0"), "root filesystem"}});
}

TEST_CASE("what the inspection does not tell is a gap and nothing else", "[import]") {
  const auto facts = facts_of(saved());
  CHECK_FALSE(facts.pci[1].sriov);
  CHECK_FALSE(facts.pci[1].sriov_known);
  CHECK_FALSE(facts.iommu.tables_known);
  CHECK(facts.kernels.empty());
  CHECK(facts.boot.cmdline.empty());
  for (const auto* word :
       {"SR-IOV", "IOMMU groups", "default route", "1 GiB frames", "offline", "ports lost0"}) {
    INFO(word);
    CHECK(has_gap(facts, word));
  }
  CHECK_FALSE(has_gap(facts, "root filesystem"));

  const auto bare =
      facts_of(R"({"inventory": {}, "numa_topology": {"cpus": [{"cpu": 0, "numa_node": 0, )"
               R"("thread_siblings": [0]}]}})");
  CHECK_FALSE(bare.cpu.gigabyte_pages);
  CHECK_FALSE(bare.numa.front().memory_known);
  for (const auto* word :
       {"CPU vendor", "1G pages", "nodes 0", "PCI functions", "root filesystem"}) {
    INFO(word);
    CHECK(has_gap(bare, word));
  }
}

TEST_CASE("what the agent posts is the same as what is saved of it", "[import]") {
  CHECK(
      facts_of(fmt::format("{{{}, {}, \"error\": null}}", kInventory, kCollected)) ==
      facts_of(saved()));
  auto raw = std::string(kCollected);
  const auto extra = raw.find("\"extra\"");
  raw.replace(
      extra, raw.find("\"root_disk\"") - extra,
      R"("data": [["network", "ens1f0", "businfo", "pci@0000:3b:00.0"], ["network", "ens1f0", )"
      R"("driver", "ice"], ["disk", "sda", "size", 599]], )");
  CHECK(facts_of(saved(raw)) == facts_of(saved()));
}

TEST_CASE(
    "without numa-topology there is nothing to plan with, and a wrong entry is named", "[import]") {
  CHECK(
      refused_inspection(saved(R"("pci_devices": [])")) ==
      "node-7.json: /numa_topology/cpus: not there: a plan needs each CPU's number, node and "
      "siblings (inspect with the collector numa-topology)");
  const auto cpu = [](std::string_view entry) {
    return refused_inspection(
        fmt::format(R"({{"inventory": {{}}, "numa_topology": {{"cpus": [{}]}}}})", entry));
  };
  CHECK(
      cpu(R"({"cpu": 0, "thread_siblings": [0]})") ==
      "node-7.json: /numa_topology/cpus/0: no 'numa_node', or one beyond 16383");
  CHECK(
      cpu(R"({"cpu": 0, "numa_node": 0})") ==
      "node-7.json: /numa_topology/cpus/0: no 'thread_siblings'");
  CHECK(
      cpu(R"({"cpu": 0, "numa_node": 0, "thread_siblings": [0, "x"]})") ==
      "node-7.json: /numa_topology/cpus/0: thread_siblings: \"x\" is no CPU number");
  CHECK(
      cpu(R"({"cpu": 0, "numa_node": 0, "thread_siblings": [0, 0]})") ==
      "node-7.json: /numa_topology/cpus/0: thread_siblings: CPU 0 is there twice");
  CHECK(refused_inspection(R"({"inventory": [)")
            .starts_with("node-7.json: parse error at line 1, column "));
  CHECK(refused_inspection(R"({"inventory": []})") == "node-7.json: /inventory: not there");
  const auto device = [](std::string_view entry) {
    return refused_inspection(fmt::format(
        R"({{"inventory": {{}}, "numa_topology": {{"cpus": [{{"cpu": 0, "numa_node": 0, )"
        R"("thread_siblings": [0]}}]}}, "pci_devices": [{}]}})",
        entry));
  };
  CHECK(device(R"({"vendor_id": "8086", "product_id": "1592"})") == "accepted");
  CHECK(
      device(R"({"vendor_id": "8086", "product_id": "1592", "bus": "eth0"})") ==
      "node-7.json: /pci_devices/0: 'eth0', not a PCI address");
  CHECK(
      device(R"({"vendor_id": "8086", "bus": "0000:3b:00.0"})") ==
      "node-7.json: /pci_devices/0: no 'vendor_id' or 'product_id' of four hexadecimal digits");
}
