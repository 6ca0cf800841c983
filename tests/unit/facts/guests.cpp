// SPDX-License-Identifier: GPL-2.0-or-later
// Guests' definitions, and what other programs say about CPUs.
#include "facts/readers.hpp"
#include "host/recording_root.hpp"
#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr std::string_view kWeb =
    "<domain type='kvm'>\n  <name>web</name>\n  <memory unit='KiB'>16777216</memory>\n"
    "  <memoryBacking>\n    <hugepages>\n      <page size='2048' unit='KiB'/>\n    </hugepages>\n"
    "  </memoryBacking>\n  <vcpu placement='static' cpuset='0-3'>2</vcpu>\n  <cputune>\n"
    "    <vcpupin vcpu='0' cpuset='4'/>\n    <vcpupin vcpu='1' cpuset='5,^6'/>\n"
    "    <emulatorpin cpuset='0'/>\n  </cputune>\n"
    "  <graphics type='vnc' passwd='secret'/>\n</domain>\n";

std::string claims_in(std::initializer_list<TempTree::Entry> files) {
  const TempTree tree(files);
  std::string out;
  for (const auto& n : facts::read_neighbours(tree.root()))
    out += fmt::format("{}:{} {}={}\n", n.file, n.line, n.key, n.value);
  return out;
}

}  // namespace

TEST_CASE("libvirt's guests are read, with their memory and their pins", "[facts]") {
  const TempTree tree{
      {"etc/libvirt/qemu/web.xml", kWeb},
      {"etc/libvirt/qemu/autostart/web.xml", "-> /etc/libvirt/qemu/web.xml"},
      {"etc/libvirt/qemu/db.xml",
       "<domain>\n  <name>db</name>\n  <memory unit='GiB'>4</memory>\n</domain>\n"},
      {"etc/libvirt/qemu/any.xml",
       "<domain>\n  <name>any</name>\n  <memory>1024</memory>\n  <memoryBacking>\n    "
       "<hugepages/>\n  </memoryBacking>\n</domain>\n"},
      {"etc/libvirt/qemu/networks/default.xml", "<network>\n  <name>default</name>\n</network>\n"}};
  const RecordingRoot recording(tree.root());
  std::vector<Neighbour> pins;
  const auto guests = facts::read_guests(recording, pins);
  CHECK(
      guests == std::vector<DefinedGuest>{
                    {"any", "etc/libvirt/qemu/any.xml", 1024, 0, false},
                    {"db", "etc/libvirt/qemu/db.xml", 4 << 20, {}, false},
                    {"web", "etc/libvirt/qemu/web.xml", 16777216, 2048, true}});
  std::string text;
  for (const auto& n : pins)
    text += fmt::format("{} {}={} ", n.line, n.key, n.value);
  CHECK(text == "9 vcpu=0-3 11 vcpupin=4 12 vcpupin=5,^6 13 emulatorpin=0 ");
  for (const auto& [path, entry] : recording.entries())
    CHECK(entry.content.find("secret") == std::string::npos);
}

TEST_CASE("Proxmox' guests are read", "[facts]") {
  const TempTree tree{
      {"etc/pve/qemu-server/100.conf",
       "name: web\nmemory: 8192\nhugepages: 1024\nonboot: 1\naffinity: 0-3\ncipassword: secret\n"
       "[before]\nmemory: 4096\nonboot: 0\n"},
      {"etc/pve/qemu-server/101.conf", "memory: current=2048\n"}};
  std::vector<Neighbour> pins;
  CHECK(
      facts::read_guests(tree.root(), pins) ==
      std::vector<DefinedGuest>{
          {"web", "etc/pve/qemu-server/100.conf", 8 << 20, 1 << 20, true},
          {"101", "etc/pve/qemu-server/101.conf", 2 << 20, {}, false}});
  REQUIRE(pins.size() == 1);
  CHECK(pins[0].value == "0-3");
}

TEST_CASE("systemd's lists of CPUs, where each may stand", "[facts]") {
  CHECK(
      claims_in(
          {{"etc/systemd/system.conf", "[Manager]\n#CPUAffinity=1\nCPUAffinity=0-3 8\n"},
           {"usr/lib/systemd/system.conf", "[Manager]\nCPUAffinity=9\n"},
           {"run/systemd/system.conf.d/50-cpus.conf", "[Manager]\nCPUAffinity=7\n"}}) ==
      "etc/systemd/system.conf:3 CPUAffinity=0-3 8\n"
      "run/systemd/system.conf.d/50-cpus.conf:2 CPUAffinity=7\n");
  CHECK(
      claims_in(
          {{"etc/systemd/system.control/machine.slice.d/50-AllowedCPUs.conf",
            "[Slice]\nAllowedCPUs=4-7\n"},
           {"etc/systemd/system/dpdk.service",
            "[Service]\nCPUAffinity=2\nAllowedCPUs=2-3\nCPUSetPartition=isolated\n"},
           {"etc/systemd/system/alias.service", "-> dpdk.service"},
           {"usr/lib/systemd/system/system.slice", "[Slice]\nAllowedCPUs=0\n"},
           {"usr/lib/systemd/system/other.service", "[Service]\nAllowedCPUs=5\n"}}) ==
      "etc/systemd/system.control/machine.slice.d/50-AllowedCPUs.conf:2 AllowedCPUs=4-7\n"
      "etc/systemd/system/dpdk.service:2 CPUAffinity=2\n"
      "etc/systemd/system/dpdk.service:3 AllowedCPUs=2-3\n"
      "etc/systemd/system/dpdk.service:4 CPUSetPartition=isolated\n"
      "usr/lib/systemd/system/system.slice:2 AllowedCPUs=0\n");
}

TEST_CASE("cgroups of this boot, irqbalance's bans, nova's and kubelet's lists", "[facts]") {
  CHECK(
      claims_in(
          {{"sys/fs/cgroup/machine.slice/cpuset.cpus", "4-7\n"},
           {"sys/fs/cgroup/machine.slice/cpuset.cpus.partition", "member\n"},
           {"sys/fs/cgroup/dpdk.slice/cpuset.cpus", "\n"},
           {"sys/fs/cgroup/dpdk.slice/cpuset.cpus.partition", "root\n"}}) ==
      "sys/fs/cgroup/dpdk.slice/cpuset.cpus.partition:0 cpuset.cpus.partition=root\n"
      "sys/fs/cgroup/machine.slice/cpuset.cpus:0 cpuset.cpus=4-7\n");
  const std::string first =
      "etc/systemd/system/multi-user.target.wants/irqbalance.service:0 enabled=\n";
  const auto enabled = TempTree::Entry{
      "etc/systemd/system/multi-user.target.wants/irqbalance.service",
      "-> /usr/lib/systemd/system/irqbalance.service"};
  CHECK(
      claims_in(
          {enabled,
           {"etc/default/irqbalance",
            "# vfirst\nIRQBALANCE_BANNED_CPULIST=\"4-7\"\n#IRQBALANCE_BANNED_CPUS=f\n"}}) ==
      first + "etc/default/irqbalance:2 IRQBALANCE_BANNED_CPULIST=4-7\n");
  CHECK(
      claims_in(
          {enabled,
           {"etc/systemd/system/irqbalance.service.d/vfirst.conf",
            "# vfirst\n[Service]\nEnvironment=\"IRQBALANCE_BANNED_CPUS=ff,00000000\"\n"}}) ==
      first +
          "etc/systemd/system/irqbalance.service.d/vfirst.conf:3 IRQBALANCE_BANNED_CPUS=ff,"
          "00000000\n");
  CHECK(
      claims_in(
          {{"etc/nova/nova.conf",
            "[database]\nconnection = mysql://nova:secret@db\n[compute]\ncpu_dedicated_set = "
            "4-15,^8\n[DEFAULT]\nvcpu_pin_set=4\n"},
           {"var/lib/kubelet/config.yaml", "kind: X\nreservedSystemCPUs: \"0-1,8\"\n"}}) ==
      "etc/nova/nova.conf:4 cpu_dedicated_set=4-15,^8\n"
      "etc/nova/nova.conf:6 vcpu_pin_set=4\n"
      "var/lib/kubelet/config.yaml:2 reservedSystemCPUs=0-1,8\n");
}
