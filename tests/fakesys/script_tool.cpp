// SPDX-License-Identifier: GPL-2.0-or-later
// One list of operations on an igb PF and an NVMe PF, carried out on the fake (--fake) or on the
// running kernel (--real): a line each with the result and the state that it left.
// tests/vm/calibrate-fakesys wants the two outputs to be equal, so nothing in them is of one
// machine only: no address, no interrupt's number, no time.
#include "fakesys/script.hpp"

using namespace vfirst;
using namespace vfirst::fake;

namespace {

// A PF of the given class, by what it can do and not by where it is.
std::optional<std::string> find_pf(const Root& root, std::string_view class_code) {
  for (const auto& address :
       root.list("sys/bus/pci/devices").value_or(std::vector<std::string>{})) {
    const auto folder = "sys/bus/pci/devices/" + address;
    if (root.exists(folder + "/sriov_numvfs") && root.read(folder + "/class") == class_code)
      return address;
  }
  return std::nullopt;
}

void numbers(Script& pf) {
  for (const auto* wrong : {"abc", "-1", "", "\n", "2 ", "9", "70000", "+", "0x", "0", "0\n"})
    pf.numvfs(wrong);
}

// VFs that their own driver takes, and the PF without its driver.
void pf_driver(Script& pf, const std::string& driver) {
  pf.write("driver/unbind <- another device", pf.file("driver/unbind"), "0000:00:00.0");
  pf.write("driver/unbind <- vf0 that is not there", pf.file("driver/unbind"), "0000:00:00.7");
  pf.pf_unbind(driver);
  pf.pf_unbind(driver);
  pf.write("driver/unbind without a driver", pf.file("driver/unbind"), "0000:00:00.0");
  for (const auto* value : {"2", "0", "9"})
    pf.numvfs(value);
  pf.autoprobe("0");
  pf.write(driver + "/bind <- no such device", kDrivers + driver + "/bind", "0000:ff:1f.7");
  pf.write(driver + "/bind <- no address", kDrivers + driver + "/bind", "pf");
  pf.pf_bind(driver);
  pf.pf_bind(driver);
}

// Binding with and without an override, autoprobe off.
void binding(Script& pf, const std::string& vf_driver) {
  for (const auto* value : {"2", "", "\n", "x", "on", "off", "y", "n", "1", "0"})
    pf.autoprobe(value);
  pf.numvfs("2");
  pf.probe();
  pf.write("drivers_probe <- no such device", kProbe, "0000:ff:1f.7");
  pf.write("drivers_probe <- no address", kProbe, "vf");
  pf.write("drivers_probe <- vf0\\n", kProbe, pf.vf(0) + "\n");
  pf.bind("vfio-pci");
  if (!vf_driver.empty()) pf.bind(vf_driver);
  pf.override("nosuch");
  pf.probe();
  pf.bind("vfio-pci");
  pf.bind("nosuch");
  pf.override("");
  pf.override("\n");
  pf.override("vfio-pci\n");
  for (const auto* count : {"x", "-1", "", "4"})
    pf.vf_write("sriov_vf_msix_count", count);
  pf.probe();
  pf.probe();
  pf.bind("vfio-pci");
  if (!vf_driver.empty()) pf.bind(vf_driver);
  pf.vf_write("sriov_vf_msix_count", "4");
  // while bound
  pf.override("nosuch");
  pf.unbind("vfio-pci", 1);
  if (!vf_driver.empty()) pf.unbind(vf_driver);
  pf.unbind("vfio-pci");
  pf.unbind("vfio-pci");
  pf.write("vf0 driver/unbind without a driver", pf.vf_file("driver/unbind"), pf.vf(0));
  pf.override("vfio-pci");
  pf.bind("vfio-pci");
  pf.numvfs("1");
  pf.numvfs("2");
  // with a VF on vfio-pci
  pf.numvfs("0");
  // the override is gone
  pf.numvfs("2");
}

void vf_attributes(Script& pf) {
  const auto mac = [](const char* text) {
    VfConfig vf;
    vf.mac = *MacAddress::parse(text);
    return vf;
  };
  const auto vlan = [](unsigned id, unsigned qos, VlanProtocol protocol = VlanProtocol::dot1q) {
    VfConfig vf;
    vf.vlan = id, vf.qos = qos, vf.vlan_protocol = protocol;
    return vf;
  };
  const auto one = [](auto fill) {
    VfConfig vf;
    fill(vf);
    return vf;
  };
  pf.set("mac of its own", mac("02:00:00:00:00:01"));
  pf.set("multicast mac", mac("01:00:5e:00:00:01"));
  pf.set("zero mac", mac("00:00:00:00:00:00"));
  pf.set("mac again", mac("02:00:00:00:00:02"));
  pf.set("beyond the last", one([](VfConfig& vf) { vf.index = 2, vf.trust = true; }));
  pf.set("vlan 100 qos 3", vlan(100, 3));
  pf.set("vlan 4096", vlan(4096, 0));
  pf.set("vlan 100 qos 8", vlan(100, 8));
  pf.set("vlan 100 802.1ad", vlan(100, 0, VlanProtocol::dot1ad));
  pf.set("vlan 4095", vlan(4095, 0));
  pf.set("vlan 0", vlan(0, 0));
  pf.set("trust on", one([](VfConfig& vf) { vf.trust = true; }));
  pf.set("spoofcheck off", one([](VfConfig& vf) { vf.spoofcheck = false; }));
  pf.set("link state enable", one([](VfConfig& vf) { vf.link_state = LinkState::enable; }));
  pf.set("rate 100 while the port is down", one([](VfConfig& vf) { vf.max_rate_mbps = 100; }));
  pf.set("trust off, rate 100, spoofcheck on", one([](VfConfig& vf) {
           vf.trust = false, vf.max_rate_mbps = 100, vf.spoofcheck = true;
         }));
  pf.numvfs("0");
  pf.set("mac without any VF", mac("02:00:00:00:00:01"));
  pf.numvfs("2");
  pf.set("trust on in new VFs", one([](VfConfig& vf) { vf.trust = true; }));
  pf.numvfs("0");
}

void port(Script& pf) {
  pf.coalesce("nothing", {});
  for (const unsigned rx : {0U, 1U, 2U, 3U, 5U, 10U, 10000U, 10001U})
    pf.coalesce(fmt::format("rx-usecs {}", rx), {.rx_usecs = rx});
  pf.coalesce("tx-usecs 20", {.tx_usecs = 20});
  pf.coalesce("adaptive-rx on", {.adaptive_rx = true});
  pf.coalesce("adaptive-rx off", {.adaptive_rx = false});
  pf.coalesce("adaptive-rx on, rx-usecs 50", {.adaptive_rx = true, .rx_usecs = 50});
  pf.coalesce("rx-usecs 25", {.rx_usecs = 25});
  for (const unsigned combined : {99U, 1U, 2U})
    pf.queues(combined);
  pf.coalesce("after the queues", {});
}

void interrupts(Script& pf) {
  for (const auto* mask :
       {"zz", "", "\n", "0", "4", "7", "100", "ff", "1,00000001", "1", "3\n", "1"})
    pf.default_affinity(mask);
  // the port is down
  pf.affinity(1, "0");
  pf.up();
  pf.show_affinity(1);
  for (const auto* list : {"0", "1", "2", "99", "0-9", "x", "", "\n", "1-0", "0,", "0-1", "1\n"})
    pf.affinity(1, list);
  pf.affinity(0, "1");
  pf.default_affinity("3");
}

void all(Script& nic, Script& disk) {
  numbers(nic);
  // autoprobe is on: its own driver takes them
  nic.numvfs("2");
  for (const auto* value : {"2\n", "0x2", "+2", "02", "3", "9"})
    nic.numvfs(value);
  nic.numvfs("0");
  pf_driver(nic, "igb");
  binding(nic, "igbvf");
  // an override is stronger than autoprobe = 0
  nic.override("igbvf");
  nic.probe();
  nic.vf_write("sriov_vf_msix_count", "4");
  nic.override("\n");
  nic.unbind("igbvf");
  nic.probe();
  nic.autoprobe("1");
  nic.probe();
  nic.autoprobe("0");
  nic.numvfs("0");
  nic.numvfs("2");
  vf_attributes(nic);
  port(nic);
  interrupts(nic);
  nic.numvfs("2");
  nic.autoprobe("0");
  // with VFs: reload of the PF's driver
  nic.pf_unbind("igb");
  nic.pf_bind("igb");
  nic.coalesce("after a reload", {});
  nic.queues(99);
  nic.affinity(1, "0");
  nic.up();
  nic.show_affinity(1);

  numbers(disk);
  // the admin queue's
  disk.affinity(0, "1");
  for (const auto* list : {"0", "99", "", "x"})
    disk.affinity(1, list);
  binding(disk, "");
  // its VFs outlive it
  pf_driver(disk, "nvme");
  disk.numvfs("0");
  disk.numvfs("1");
  disk.numvfs("0");
}

int fake_run() {
  fake::Sysfs sysfs(2);
  fake::FakeNet net(sysfs);
  // igb takes a pair a CPU
  net.port(2).channels.combined = 2;
  sysfs.add({.irqs = {40, 41, 42}});
  sysfs.add_vf_driver("igbvf");
  sysfs.add(
      {.address = "0000:02:00.0",
       .driver = "nvme",
       .total = 4,
       .offset = 1,
       .stride = 1,
       .netdev = "",
       .irqs = {50, 51, 52},
       .managed = true,
       .managed_shown = true,
       .unmanaged = 1,
       .keeps_vfs = true});
  sysfs.add_driver("vfio-pci");
  Script nic(sysfs, net, "igb", "0000:01:00.0"), disk(sysfs, net, "nvme", "0000:02:00.0");
  all(nic, disk);
  return 0;
}

int real_run() {
  auto root = Root::open("/");
  if (!root) return 1;
  const auto nic_at = find_pf(*root, "0x020000"), disk_at = find_pf(*root, "0x010802");
  if (!nic_at || !disk_at) {
    std::printf("no %s\n", nic_at ? "NVMe PF" : "network PF");
    return 1;
  }
  const auto actions = HostActions::of(*root, "this");
  if (!actions) {
    std::printf("%s\n", actions.error().what.c_str());
    return 1;
  }
  const auto net = kernel_net(*actions);
  Script nic(*root, *net, "igb", *nic_at), disk(*root, *net, "nvme", *disk_at);
  nic.wait_for_vectors(2);
  disk.wait_for_vectors(2);
  all(nic, disk);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const std::string_view which = count == 2 ? words[1] : "";
  if (which == "--fake") return fake_run();
  if (which == "--real") return real_run();
  std::fprintf(stderr, "usage: script_tool --fake|--real\n");
  return 64;
}
