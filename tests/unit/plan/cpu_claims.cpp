// SPDX-License-Identifier: GPL-2.0-or-later
// Other programs that say which CPUs may be used, against a plan that reserves 0,8 and isolates
// 1-7,9-15.
#include "facts/readers.hpp"
#include "unit/plan/machine.hpp"
#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

using Claims = std::vector<std::string>;

// "warning neighbour-systemd LINE" of each finding about CPUs.
Claims claims_against(
    std::initializer_list<TempTree::Entry> files, std::string_view extra = "quiet") {
  const TempTree tree(files);
  auto facts = Machine{.nodes = 1, .cores = 8}.facts();
  facts.neighbours = facts::read_neighbours(tree.root());
  facts.guests = facts::read_guests(tree.root(), facts.neighbours);
  Claims out;
  for (const auto& one :
       plan(facts, fmt::format("[cpu]\nisolate = yes\n[kernel]\nextra = {}\n", extra)).findings)
    if (one.code.starts_with("neighbour-"))
      out.push_back(fmt::format(
          "{} {} {}", one.severity == Severity::note ? "note" : "warning", one.code.substr(10),
          one.line()));
  return out;
}

}  // namespace

TEST_CASE("systemd's CPUAffinity= that reaches isolated CPUs", "[report][cpu]") {
  CHECK(
      claims_against({{"etc/systemd/system.conf", "[Manager]\nCPUAffinity=0-3\n"}}) ==
      Claims{"warning systemd /etc/systemd/system.conf:2: CPUAffinity= lets every service run on "
             "CPUs 1-3, which are isolated for guests: remove it, or say CPUAffinity=0,8"});
  CHECK(claims_against({{"etc/systemd/system.conf", "[Manager]\nCPUAffinity=0 8\n"}}).empty());
  CHECK(claims_against({{"etc/systemd/system.conf", "[Manager]\nCPUAffinity=0\n"}}).empty());
  CHECK(claims_against({{"etc/systemd/system.conf", "[Manager]\nCPUAffinity=numa\n"}}).empty());
  // Drop-ins add up, and an empty list begins anew.
  CHECK(claims_against({{"etc/systemd/system.conf", "[Manager]\nCPUAffinity=0-3\n"},
                        {"etc/systemd/system.conf.d/90-own.conf",
                         "[Manager]\nCPUAffinity=\nCPUAffinity=0,8\n"}})
            .empty());
  CHECK(
      claims_against({{"run/systemd/system.conf.d/1.conf", "[Manager]\nCPUAffinity=12\n"}})
          .size() == 1);
  CHECK(
      claims_against({{"etc/systemd/system/app.service", "[Service]\nCPUAffinity=4-5\n"}}) ==
      Claims{"warning systemd /etc/systemd/system/app.service:2: app.service pins its processes to "
             "CPUs 4-5, which are isolated for guests: remove it, or say CPUAffinity=0,8"});
}

TEST_CASE("slices and units whose cpuset fights the plan", "[report][cpu]") {
  const auto slice = [](std::string_view unit, std::string_view list) {
    return claims_against(
        {{fmt::format("etc/systemd/system/{}.d/50-cpus.conf", unit),
          fmt::format("[Slice]\nAllowedCPUs={}\n", list)}});
  };
  CHECK(
      slice("system.slice", "0-3") ==
      Claims{"warning systemd /etc/systemd/system/system.slice.d/50-cpus.conf:2: AllowedCPUs= lets "
             "processes of system.slice run on CPUs 1-3, which are isolated for guests: a cpuset "
             "counts more than isolcpus=; remove it, or say AllowedCPUs=0,8"});
  CHECK(slice("system.slice", "0,8").empty());
  CHECK(slice("user.slice", "0 8").empty());
  CHECK(
      slice("machine.slice", "4-7") ==
      Claims{"warning systemd /etc/systemd/system/machine.slice.d/50-cpus.conf:2: AllowedCPUs= "
             "keeps the guests in machine.slice off CPUs 1-3,9-15, which are isolated for them: "
             "remove it, or add these CPUs"});
  CHECK(slice("machine.slice", "0-15").empty());
  CHECK(slice("machine.slice", "1-7,9-15").empty());
  CHECK(slice("qemu.slice", "0-7").size() == 1);
  CHECK(slice("kubepods.slice", "0-7").size() == 1);
  CHECK(
      slice("dpdk.slice", "4-5") ==
      Claims{
          "note systemd /etc/systemd/system/dpdk.slice.d/50-cpus.conf:2: AllowedCPUs= gives CPUs "
          "4-5 to dpdk.slice: they are isolated, so no guest should be pinned there"});
  // Without SMT they are not there.
  CHECK(
      claims_against(
          {{"etc/systemd/system/dpdk.slice", "[Slice]\nAllowedCPUs=12-13\n"}}, "nosmt") ==
      Claims{
          "warning systemd /etc/systemd/system/dpdk.slice:2: AllowedCPUs= of dpdk.slice: none of "
          "the CPUs 12-13 is online at the next boot"});
}

TEST_CASE("partitions of CPUs", "[report][cpu]") {
  const auto partition = [](std::string_view list, std::string_view kind) {
    return claims_against(
        {{"etc/systemd/system/guests.slice",
          fmt::format("[Slice]\nAllowedCPUs={}\nCPUSetPartition={}\n", list, kind)}});
  };
  CHECK(partition("4-7,12-15", "isolated").size() == 1);
  const auto taken = partition("0-7", "isolated");
  REQUIRE(taken.size() == 2);
  CHECK(
      taken[1] ==
      "warning systemd /etc/systemd/system/guests.slice:3: CPUSetPartition=isolated gives CPUs 0 "
      "to guests.slice alone, and the host keeps them for itself: leave them out of its list");
  const auto root = partition("4-7", "root");
  REQUIRE(root.size() == 2);
  CHECK(
      root[0] ==
      "warning systemd /etc/systemd/system/guests.slice:3: CPUSetPartition=root of guests.slice: "
      "CPUs 4-7 are in isolcpus=, and of these the kernel makes no such partition; say isolated");
  CHECK(partition("4-7", "member").size() == 1);
}

TEST_CASE("cpusets of this boot that no unit's file has", "[report][cpu]") {
  CHECK(
      claims_against({{"sys/fs/cgroup/machine.slice/cpuset.cpus", "4-7\n"}}) ==
      Claims{"warning cgroup /sys/fs/cgroup/machine.slice/cpuset.cpus: cpuset.cpus of this boot "
             "keeps the guests in machine.slice off CPUs 1-3,9-15, which are isolated for them: "
             "widen it before a guest is pinned there"});
  CHECK(claims_against({{"sys/fs/cgroup/cpuset/machine/cpuset.cpus", "4-7\n"}}).size() == 1);
  CHECK(claims_against({{"sys/fs/cgroup/system.slice/cpuset.cpus", "0-15\n"}}).size() == 1);
  CHECK(claims_against({{"sys/fs/cgroup/system.slice/cpuset.cpus", "0,8\n"}}).empty());
  // Said once.
  CHECK(
      claims_against({{"sys/fs/cgroup/machine.slice/cpuset.cpus", "4-7\n"},
                      {"etc/systemd/system.control/machine.slice.d/50-AllowedCPUs.conf",
                       "[Slice]\nAllowedCPUs=4-7\n"}})
          .size() == 1);
}

TEST_CASE("irqbalance with a list of its own", "[report][irq]") {
  const auto banned = [](std::string_view line) {
    return claims_against(
        {{"etc/systemd/system/multi-user.target.wants/irqbalance.service", "-> /usr/lib/x"},
         {"etc/default/irqbalance", fmt::format("# vfirst\n{}\n", line)}});
  };
  CHECK(
      banned("IRQBALANCE_BANNED_CPULIST=1-7") ==
      Claims{"warning irqbalance /etc/default/irqbalance:2: IRQBALANCE_BANNED_CPULIST lacks the "
             "isolated CPUs 9-15, and with a list of its own irqbalance does not leave them out by "
             "itself: remove it, or add them"});
  CHECK(banned("IRQBALANCE_BANNED_CPULIST=1-7,9-15").empty());
  CHECK(banned("IRQBALANCE_BANNED_CPUS=fefe").empty());
  CHECK(banned("IRQBALANCE_BANNED_CPUS=fe").size() == 1);
  CHECK(banned("IRQBALANCE_BANNED_CPULIST=0-15").size() == 1);
  CHECK(banned("#IRQBALANCE_BANNED_CPULIST=1").empty());
}

TEST_CASE("nova's and kubelet's CPUs", "[report][cpu]") {
  const auto nova = [](std::string_view line) {
    return claims_against({{"etc/nova/nova.conf", fmt::format("[compute]\n{}\n", line)}});
  };
  CHECK(nova("cpu_dedicated_set = 1-7,9-15").empty());
  CHECK(nova("cpu_dedicated_set = 0-15,^0,^8").empty());
  CHECK(
      nova("cpu_dedicated_set = 0-7,9-15") ==
      Claims{"warning nova /etc/nova/nova.conf:2: cpu_dedicated_set pins guests to CPUs 0, which "
             "the host keeps: say 1-7,9-15"});
  CHECK(
      nova("vcpu_pin_set = 4-7") ==
      Claims{"note nova /etc/nova/nova.conf:2: vcpu_pin_set leaves the isolated CPUs 1-3,9-15 "
             "unused"});
  CHECK(nova("cpu_shared_set = 0-1,8").size() == 1);
  CHECK(nova("cpu_shared_set = 0,8").empty());
  CHECK(
      claims_against({{"etc/nova/nova.conf", "[compute]\ncpu_dedicated_set = 1-7,9-15\n"}}, "nosmt")
          .size() == 1);
  const auto kubelet = [](std::string_view list) {
    return claims_against(
        {{"var/lib/kubelet/config.yaml", fmt::format("reservedSystemCPUs: \"{}\"\n", list)}});
  };
  CHECK(kubelet("0,8").empty());
  CHECK(
      kubelet("0") ==
      Claims{"warning kubelet /var/lib/kubelet/config.yaml:1: reservedSystemCPUs lacks CPUs 8, "
             "which the host keeps: pods get them; say 0,8"});
  CHECK(kubelet("0-1,8-9").size() == 1);
}

TEST_CASE("a guest that is pinned to the host's CPUs", "[report][cpu]") {
  const auto pinned = [](std::string_view list, std::string_view extra = "quiet") {
    return claims_against(
        {{"etc/libvirt/qemu/web.xml",
          fmt::format(
              "<name>web</name>\n<vcpupin vcpu='0' cpuset='{}'/>\n<emulatorpin cpuset='0'/>\n",
              list)}},
        extra);
  };
  CHECK(pinned("1-3").empty());
  CHECK(
      pinned("0-3") == Claims{"warning guest /etc/libvirt/qemu/web.xml:2: guest web is pinned to "
                              "CPUs 0, which the host keeps"});
  CHECK(
      pinned("9", "nosmt") == Claims{"warning guest /etc/libvirt/qemu/web.xml:2: guest web is "
                                     "pinned to CPUs 9, which are not online at the next boot"});
}
