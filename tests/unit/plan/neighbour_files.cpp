// SPDX-License-Identifier: GPL-2.0-or-later
// Files of the field that write sriov_numvfs at each boot or place interrupts and CPUs, beside one
// igb PF with 4 planned VFs: what fights the plan is named with its line, what agrees is not.
#include "facts/readers.hpp"
#include "unit/plan/machine.hpp"
#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr auto kPlanned =
    "[cpu]\nisolate = yes\n[iommu]\nmode = passthrough\n[pf uplink]\nvendor = 8086\nvfs = "
    "4\nvf-driver = vfio-pci\nvf-mac = stable\nirq = local-reserved\n";

std::vector<std::string> warned(const TempTree& tree, const std::string& text = kPlanned) {
  auto facts = Machine{}.facts();
  facts.pci = {nic("0000:3b:00.0")};
  facts.neighbours = facts::read_neighbours(tree.root());
  std::vector<std::string> out;
  for (const auto& finding : plan(facts, text).findings)
    if (finding.severity == Severity::warning && finding.code.starts_with("neighbour-"))
      out.push_back(finding.code.substr(10) + " " + finding.line());
  return out;
}
std::vector<std::string> warned(
    std::initializer_list<TempTree::Entry> files, const std::string& text = kPlanned) {
  return warned(TempTree(files), text);
}

using Warnings = std::vector<std::string>;
constexpr TempTree::Entry kWanted{
    "etc/systemd/system/multi-user.target.wants/sriov.service", "-> ../sriov.service"};

std::string unit(std::string_view exec) {
  return fmt::format(
      "[Unit]\nDescription=VFs\n[Service]\nType=oneshot\nExecStart={}\n[Install]\nWantedBy=multi-"
      "user.target\n",
      exec);
}

}  // namespace

TEST_CASE("a unit that writes another number of VFs is named with its line", "[facts][sriov]") {
  const auto exec =
      unit("/bin/bash -c '/usr/bin/echo 8 > /sys/class/net/enp59s0/device/sriov_numvfs'");
  CHECK(
      warned({kWanted, {"etc/systemd/system/sriov.service", exec}}) ==
      Warnings{"unit /etc/systemd/system/sriov.service:5: this line writes 8 to sriov_numvfs of "
               "0000:3b:00.0 at each boot, but 4 VFs are planned: remove it"});
  // Nothing starts it.
  CHECK(warned({{"etc/systemd/system/sriov.service", exec}}).empty());
  const auto one = [](std::string_view line) {
    return warned({kWanted, {"etc/systemd/system/sriov.service", unit(line)}}).size();
  };
  CHECK(one("/bin/sh -c 'echo 4 > /sys/class/net/enp59s0/device/sriov_numvfs'") == 0);
  CHECK(one("/bin/sh -c 'echo 8 > /sys/class/net/eno1/device/sriov_numvfs'") == 0);
  CHECK(one("/bin/sh -c 'echo 8 > /sys/bus/pci/devices/0000:3b:00.0/sriov_numvfs'") == 1);
  CHECK(one("/bin/sh -c 'echo 8 > /sys/bus/pci/devices/0000:5e:00.0/sriov_numvfs'") == 0);
  CHECK(one("/bin/sh -c 'echo 8 | tee /sys/class/net/enp59s0/device/sriov_numvfs'") == 1);
  // It only asks.
  CHECK(one("/bin/cat /sys/class/net/enp59s0/device/sriov_numvfs") == 0);
  CHECK(
      warned(
          {kWanted,
           {"etc/systemd/system/sriov.service",
            unit("/bin/sh -c 'echo 0 > /sys/class/net/enp59s0/device/sriov_numvfs; echo 4 > "
                 "/sys/class/net/enp59s0/device/sriov_numvfs'")}}) ==
      Warnings{
          "unit /etc/systemd/system/sriov.service:5: this line writes 0 to sriov_numvfs of "
          "0000:3b:00.0 at each boot, but 4 VFs are planned, and 0 removes all of them: remove "
          "it"});
}

TEST_CASE(
    "a template's instance, a unit's script and rc.local are read as their unit would run them",
    "[facts][sriov]") {
  const auto instance = [](const char* name) {
    return warned({{fmt::format("etc/systemd/system/network.target.wants/sriov@{}.service", name),
                    "-> ../sriov@.service"},
                   {"etc/systemd/system/sriov@.service",
                    unit("/bin/sh -c 'echo 8 > /sys/class/net/%i/device/sriov_numvfs'")}})
        .size();
  };
  CHECK(instance("enp59s0") == 1);
  CHECK(instance("eno1") == 0);

  const auto script = [](std::string_view text) {
    return warned(
        {kWanted,
         {"etc/systemd/system/sriov.service", unit("/usr/local/sbin/vfs.sh")},
         {"usr/local/sbin/vfs.sh", text}});
  };
  CHECK(
      script("#!/bin/bash\nset -e\necho 8 > /sys/class/net/enp59s0/device/sriov_numvfs\n") ==
      Warnings{"unit /usr/local/sbin/vfs.sh:3: this line writes 8 to sriov_numvfs of 0000:3b:00.0 "
               "at each boot, but 4 VFs are planned: remove it"});
  CHECK(
      script("#!/bin/sh\nfor p in $PFS; do echo $N > /sys/class/net/$p/device/sriov_numvfs; done\n")
          .front() ==
      "unit /usr/local/sbin/vfs.sh:2: this line may write a number to sriov_numvfs of 0000:3b:00.0 "
      "at each boot, but 4 VFs are planned: remove it");
  CHECK(script("#!/bin/sh\n# echo 8 > /sys/class/net/enp59s0/device/sriov_numvfs\n").empty());

  const TempTree rc{
      {"etc/rc.local", "#!/bin/sh -e\necho '8' > /sys/class/net/enp59s0/device/sriov_numvfs\n"}};
  CHECK(warned(rc).empty());
  std::filesystem::permissions(
      rc.path() / "etc/rc.local", std::filesystem::perms::owner_exec,
      std::filesystem::perm_options::add);
  CHECK(warned(rc).size() == 1);
}

TEST_CASE("a line of interfaces(5) that writes another number of VFs is named", "[facts][sriov]") {
  CHECK(
      warned(
          {{"etc/network/interfaces",
            "auto lo\niface lo inet loopback\n\nauto enp59s0\niface enp59s0 inet manual\n\tpre-up "
            "echo 8 > /sys/class/net/enp59s0/device/sriov_numvfs\n"}}) ==
      Warnings{"interfaces /etc/network/interfaces:6: ifupdown writes 8 to sriov_numvfs of "
               "0000:3b:00.0 at each boot, but 4 VFs are planned: remove it"});
  const auto stanza = [](std::string_view name, std::string_view line) {
    return warned({{"etc/network/interfaces.d/vfs",
                    fmt::format("iface {} inet static\n  {}\n", name, line)}})
        .size();
  };
  constexpr auto kOwn = "up echo 8 > /sys/class/net/$IFACE/device/sriov_numvfs || true";
  CHECK(stanza("enp59s0", kOwn) == 1);
  CHECK(stanza("eno1", kOwn) == 0);
  CHECK(stanza("enp59s0", "post-up echo 4 > /sys/class/net/${IFACE}/device/sriov_numvfs") == 0);
  CHECK(stanza("enp59s0", "down echo 0 > /sys/class/net/$IFACE/device/sriov_numvfs") == 0);
}

TEST_CASE("a number of VFs in sysfs.conf or sysfs.d is named where it differs", "[facts][sriov]") {
  CHECK(
      warned(
          {{"etc/sysfs.conf",
            "# VFs\nmode devices/pci0000:3a/0000:3a:00.0/0000:3b:00.0/sriov_numvfs = 644\n"
            "devices/pci0000:3a/0000:3a:00.0/0000:3b:00.0/sriov_numvfs = 7\n"}}) ==
      Warnings{"sysfs /etc/sysfs.conf:3: sysfsutils writes 7 to sriov_numvfs of 0000:3b:00.0 at "
               "each boot, but 4 VFs are planned: remove it"});
  const auto line = [](std::string_view text) {
    return warned({{"etc/sysfs.d/sr-iov.conf", text}}).size();
  };
  CHECK(line("class/net/enp59s0/device/sriov_numvfs = 8\n") == 1);
  CHECK(line("class/net/enp59s0/device/sriov_numvfs = 4\n") == 0);
  CHECK(line("devices/pci0000:00/0000:00:02.0/sriov_numvfs = 7\n") == 0);
  CHECK(line("bus/pci/devices/0000:3b:00.0/sriov_numvfs=7\n") == 1);
}

TEST_CASE("os-net-config's number of VFs is named where it differs", "[facts][sriov]") {
  const auto list = [](std::string_view text) {
    return warned({{"var/lib/os-net-config/sriov_config.yaml", text}});
  };
  CHECK(
      list("- device_type: pf\n  link_mode: legacy\n  name: enp59s0\n  numvfs: 10\n  promisc: "
           "'off'\n- device:\n    name: enp59s0\n    vfid: 1\n  device_type: vf\n  name: "
           "enp59s0v1\n") ==
      Warnings{"os-net-config /var/lib/os-net-config/sriov_config.yaml:4: os-net-config writes 10 "
               "to sriov_numvfs of 0000:3b:00.0 at each boot, but 4 VFs are planned: remove it"});
  CHECK(list("- device_type: pf\n  name: enp59s0\n  numvfs: 4\n").empty());
  CHECK(list("- numvfs: 10\n  name: eno1\n  device_type: pf\n").empty());
  CHECK(list("- numvfs: 10\n  name: enp59s0\n  device_type: pf\n").size() == 1);
}

TEST_CASE(
    "a .network file's [SR-IOV] section is named where the VF's attributes are planned",
    "[facts][sriov][network]") {
  constexpr TempTree::Entry kNetwork{
      "etc/systemd/network/20-up.network",
      "[Match]\nName=enp59s0\n[Network]\nDHCP=no\n[SR-IOV]\nVirtualFunction=1\nVLANId=5\n"};
  CHECK(
      warned({kNetwork}) ==
      Warnings{"networkd /etc/systemd/network/20-up.network:6: systemd-networkd sets attributes of "
               "VF 1 of 0000:3b:00.0 again whenever it configures the port: remove this [SR-IOV] "
               "section"});
  // Nothing is planned for its VFs.
  CHECK(warned({kNetwork}, "[pf uplink]\nvendor = 8086\nvfs = 4\n").empty());
  CHECK(warned({{"etc/systemd/network/20-up.network",
                 "[Match]\nName=eno1\n[SR-IOV]\nVirtualFunction=1\nVLANId=5\n"}})
            .empty());
  // networkd takes the first file that matches.
  CHECK(warned({{"etc/systemd/network/10-all.network", "[Match]\nName=enp*\n"}, kNetwork}).empty());
}

TEST_CASE(
    "a .link file's [SR-IOV] section beyond the planned VFs makes udev replace them all",
    "[facts][sriov]") {
  const auto link = [](std::string_view text) {
    return warned(
        {{"etc/systemd/network/10-vf.link", fmt::format("[Match]\nDriver=igb\n{}", text)}});
  };
  CHECK(
      link("[SR-IOV]\nVirtualFunction=6\nTrust=yes\n") ==
      Warnings{"link /etc/systemd/network/10-vf.link:4: udev makes more VFs on 0000:3b:00.0 for VF "
               "6 of this [SR-IOV] section, but 4 are planned: it removes all VFs after early boot "
               "to change the number; remove the section"});
  // udev leaves out what is beyond its own number.
  CHECK(link("[Link]\nSR-IOVVirtualFunctions=4\n[SR-IOV]\nVirtualFunction=6\n").empty());
  CHECK(link("[SR-IOV]\nVirtualFunction=3\nTrust=yes\n").size() == 1);
}

TEST_CASE(
    "a .link file that places interrupts or steers packets to isolated CPUs is named",
    "[facts][irq][network]") {
  const auto link = [](std::string_view line, const std::string& text = kPlanned) {
    return warned(
        {{"etc/systemd/network/10-irq.link", fmt::format("[Match]\nDriver=igb\n[Link]\n{}", line)}},
        text);
  };
  constexpr auto kIsolated = "[cpu]\nisolate = yes\n[pf uplink]\nvendor = 8086\nvfs = 4\n";
  CHECK(
      link("IRQAffinityPolicy=spread\n") ==
      Warnings{"link /etc/systemd/network/10-irq.link:4: udev places the interrupts of "
               "0000:3b:00.0 by IRQAffinityPolicy=spread after early boot, but CPUs 0,8 are "
               "planned: remove this line"});
  CHECK(link("IRQAffinityPolicy=single\n").size() == 1);
  CHECK(
      link("IRQAffinityPolicy=spread\n", kIsolated).front() ==
      "link /etc/systemd/network/10-irq.link:4: udev spreads the interrupts of 0000:3b:00.0 over "
      "all cores, isolated ones (CPUs 1-3,5-7,9-11,13-15) too: remove this line");
  CHECK(link("IRQAffinityPolicy=single\n", kIsolated).empty());
  CHECK(link("IRQAffinityPolicy=spread\n", "[pf uplink]\nvendor = 8086\nvfs = 4\n").empty());
  CHECK(
      link("ReceivePacketSteeringCPUMask=0-2\n") ==
      Warnings{"link /etc/systemd/network/10-irq.link:4: udev has the packets of 0000:3b:00.0 "
               "handled on CPUs 0-2, of which 1-2 are isolated for guests: remove those"});
  CHECK(link("ReceivePacketSteeringCPUMask=0 8\n").empty());
  CHECK(link("ReceivePacketSteeringCPUMask=disable\n").empty());
  CHECK(link("ReceivePacketSteeringCPUMask=all\n").size() == 1);
  // What a device with queues of its own does not take at run time.
  CHECK(link("ReceiveQueues=4\nTransmitQueues=4\n").empty());
}

TEST_CASE(
    "TuneD's isolated cores and kernel arguments are named where they differ", "[facts][cpu]") {
  constexpr TempTree::Entry kEnabled{
      "etc/systemd/system/multi-user.target.wants/tuned.service",
      "-> /usr/lib/systemd/system/tuned.service"};
  // As the packages have them.
  constexpr TempTree::Entry kPartitioning{
      "usr/lib/tuned/cpu-partitioning/tuned.conf",
      "[main]\nsummary=Optimize for CPU partitioning\ninclude=network-latency\n\n[variables]\n"
      "include=/etc/tuned/cpu-partitioning-variables.conf\nisolated_cores = ${isolated_cores}\n"
      "not_isolated_cpumask=${f:cpulist2hex_invert:${isolated_cores}}\n\n[bootloader]\n"
      "cmdline_cpu_part=+nohz=on nohz_full=${isolated_cores} "
      "tuned.non_isolcpus=${not_isolated_cpumask} nosoftlockup\n"};
  const auto cores = [&](std::string_view list, const char* active = "cpu-partitioning") {
    return warned(
        {kEnabled,
         kPartitioning,
         {"etc/tuned/active_profile", active},
         {"etc/tuned/cpu-partitioning-variables.conf", fmt::format("isolated_cores={}\n", list)}});
  };
  CHECK(
      cores("2-7") ==
      Warnings{
          "tuned /etc/tuned/cpu-partitioning-variables.conf:1: TuneD's active profile isolates "
          "CPUs 2-7, but 1-3,5-7,9-11,13-15 are planned: write "
          "isolated_cores=1-3,5-7,9-11,13-15, or take a profile that isolates none",
          "tuned /usr/lib/tuned/cpu-partitioning/tuned.conf:11: TuneD's active profile adds "
          "nohz_full=2-7 to the kernel's command line, and nohz_full=1-3,5-7,9-11,13-15 is "
          "planned: leave it to one of the two (run: tuned-adm profile NAME)"});
  CHECK(cores("1-3,5-7,9-11,13-15").empty());
  CHECK(cores("2-7", "throughput-performance").empty());
  // A profile of one's own that includes it.
  CHECK(
      warned({kEnabled,
              kPartitioning,
              {"etc/tuned/active_profile", "mine\n"},
              {"etc/tuned/profiles/mine/tuned.conf",
               "[main]\ninclude=cpu-partitioning\n[variables]\nisolated_cores=2-7\n"}})
          .size() == 2);
  // Not enabled; and no CPUs are planned.
  CHECK(warned({kPartitioning,
                {"etc/tuned/active_profile", "cpu-partitioning"},
                {"etc/tuned/cpu-partitioning-variables.conf", "isolated_cores=2-7\n"}})
            .empty());
}
