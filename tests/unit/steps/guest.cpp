// SPDX-License-Identifier: GPL-2.0-or-later
// A guest's VFs: from libvirt's XML to the CPUs of their vectors.
#include "steps/guest.hpp"
#include "fakesys/machine.hpp"
#include "steps/late_irqs.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::fake;
using namespace std::chrono_literals;

namespace {

// As libvirt 11 prints a running domain, cut to what matters and what could be mistaken for it.
std::string domain(std::string_view tune) {
  return fmt::format(
      R"(<domain type='kvm' id='1'>
  <name>web&amp;db</name>
  <metadata><app:x xmlns:app="http://x"><source><address type='none'/></source></app:x></metadata>
  <vcpu placement='static'>2</vcpu>
  {}
  <devices>
    <controller type='pci' index='0'>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x10' function='0x4'/></controller>
    <interface type='hostdev' managed='no'>
      <mac address='52:54:00:6d:90:02'/>
      <source><address type='pci' domain='0x0000' bus='0x01' slot='0x10' function='0x0'/></source>
      <address type='pci' domain='0x0000' bus='0x07' slot='0x00' function='0x0'/>
    </interface>
    <hostdev mode='subsystem' type='pci' managed='no'>
      <source><address domain='0x0000' bus='0x01' slot='0x10' function='0x2'/></source>
    </hostdev>
    <hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/>
      <address bus='1' device='2'/></source></hostdev>
    <hostdev mode='subsystem' type='pci'><source>
      <address domain='0x0000' bus='0x09' slot='0x00' function='0x0'/></source></hostdev>
  </devices>
</domain>)",
      tune);
}

constexpr auto kPinned =
    "<cputune><vcpupin vcpu='0' cpuset='2'/><vcpupin vcpu='1' cpuset='6'/><emulatorpin "
    "cpuset='0-1'/></cputune>";
const auto kVf0 = *PciAddress::parse("0000:01:10.0"), kVf1 = *PciAddress::parse("0000:01:10.2");

// One PF with two VFs on vfio-pci, on node 0 of two, CPUs 2-3 and 6-7 isolated.
struct Host : FakeMachine {
  Host() {
    sysfs.add_driver("vfio-pci");
    sysfs.add({});
    REQUIRE(sysfs.write("sys/bus/pci/devices/0000:01:00.0/sriov_numvfs", "2"));
    sysfs.put(kIrqsFile, "0000:01:00.0/vfs");
    sysfs.put("sys/devices/system/cpu/isolated", "2-3,6-7");
    sysfs.put("sys/devices/system/node/node0/cpulist", "0-3");
    for (const auto& vf : {kVf0, kVf1})
      sysfs.put("sys/bus/pci/devices/" + vf.str() + "/numa_node", "0");
    sysfs.forget_writes();
  }
  void enable(const PciAddress& vf, std::initializer_list<unsigned> irqs) {
    for (const auto irq : irqs) {
      sysfs.put(fmt::format("sys/bus/pci/devices/{}/msi_irqs/{}", vf.str(), irq), "msix");
      sysfs.put(fmt::format("proc/irq/{}/smp_affinity_list", irq), "0-1");
    }
  }
  std::string affinity(unsigned irq) const {
    return sysfs.read(fmt::format("proc/irq/{}/smp_affinity_list", irq)).value_or("none");
  }
};

}  // namespace

TEST_CASE(
    "of a domain its pinned CPUs and the host's addresses of its devices are read, not the "
    "guest's",
    "[steps][cpu]") {
  const auto guest = parse_guest(domain(kPinned));
  REQUIRE(guest);
  CHECK(guest->cpus.list() == "2,6");
  CHECK(guest->devices == std::vector{kVf0, kVf1, *PciAddress::parse("0000:09:00.0")});
  CHECK(parse_guest(domain(""))->cpus.empty());
  CHECK(parse_guest("<domain><vcpu cpuset='1-4,^3'>2</vcpu></domain>")->cpus.list() == "1-2,4");
  CHECK_WORDS(parse_guest("<network/>").error().what == "this is not a libvirt domain");
  CHECK_WORDS(parse_guest("no XML").error().what == "this is not a libvirt domain");
}
TEST_CASE("libvirt's CPU lists may take CPUs out again", "[steps][cpu]") {
  CHECK(parse_cpuset("1-4,^3,6")->list() == "1-2,4,6");
  CHECK_FALSE(parse_cpuset("1-4,x"));
  CHECK_FALSE(parse_cpuset(""));
}
TEST_CASE(
    "only VFs of ours are looked at; without vcpupin their CPUs are the isolated ones of their "
    "node",
    "[steps][cpu][sriov]") {
  Host host;
  const auto pinned = guest_devices(*parse_guest(domain(kPinned)), host.sysfs);
  REQUIRE(pinned.size() == 2);
  CHECK(pinned[1].cpus.list() == "2,6");
  CHECK(guest_devices(*parse_guest(domain("")), host.sysfs)[0].cpus.list() == "2-3");
  host.sysfs.put("sys/bus/pci/devices/0000:01:10.0/numa_node", "-1");
  CHECK(guest_devices(*parse_guest(domain("")), host.sysfs)[0].cpus.list() == "2-3,6-7");
  host.sysfs.put(kIrqsFile, "0000:01:00.0");
  CHECK(guest_devices(*parse_guest(domain(kPinned)), host.sysfs).empty());
}
TEST_CASE(
    "vectors that come with the guest's driver are waited for and pinned, and late ones with "
    "them",
    "[steps][irq]") {
  Host host;
  host.events.at(1050ms, [&] { host.enable(kVf0, {60, 61}); });  // the clock starts at 1 s
  host.events.at(1120ms, [&] { host.enable(kVf1, {62}); });
  host.events.at(1180ms, [&] { host.enable(kVf0, {63}); });
  const auto report = pin_guest(
      guest_devices(*parse_guest(domain(kPinned)), host.sysfs), host.machine, 5min, 300ms);
  CHECK(report.vectors == 4);
  CHECK(report.pinned == 4);
  CHECK(report.writes == 4);
  CHECK(report.causes.empty());
  CHECK(host.affinity(60) == "2");
  CHECK(host.affinity(61) == "6");
  CHECK(host.affinity(62) == "2");
  CHECK(host.affinity(63) == "2");
  CHECK(host.events.now() >= 1480ms);
  CHECK(host.events.now() < 2s);
}
TEST_CASE(
    "a guest that never asks for its vectors is given up on when the time is up", "[steps][irq]") {
  Host host;
  const auto report =
      pin_guest(guest_devices(*parse_guest(domain(kPinned)), host.sysfs), host.machine, 50ms, 15s);
  CHECK(report.vectors == 0);
  CHECK(host.sysfs.writes().empty());
}
TEST_CASE("a guest without VFs of ours is over at once", "[steps][sriov]") {
  Host host;
  const auto before = host.events.now();
  pin_guest({}, host.machine, 5min, 15s);
  CHECK(host.events.now() == before);
}
