// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/capture.hpp"
#include "host/recording_root.hpp"
#include "loader/slots.hpp"
#include "unit/captures.hpp"
#include "unit/kernel_tree.hpp"
#include "unit/pci_tree.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

// Captures, unpacks, and reads again.
std::pair<Facts, Facts> there_and_back(const Root& root) {
  const TempTree work{{"tree/", ""}};
  const auto archive = work.path() / "capture.tar";
  const int fd = ::open(archive.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(fd >= 0);
  auto facts = capture(root, fd);
  ::close(fd);
  REQUIRE(facts);
  REQUIRE(
      std::system(
          ("tar -xf '" + archive.string() + "' -C '" + (work.path() / "tree").string() + "'")
              .c_str()) == 0);
  auto again = read_facts(*Root::open(work.path() / "tree"));
  REQUIRE(again);
  return {std::move(*facts), std::move(*again)};
}

}  // namespace

TEST_CASE("what the kernel answered is a file of a capture, and its longest answer", "[facts]") {
  const TempTree tree{{"sys/a", "1\n"}};
  const RecordingRoot recording(tree.root());
  recording.remember("run/vfirst/capture/routes", "route 254 0.0.0.0/0 eth0\n");
  recording.remember(
      "run/vfirst/capture/routes", "route 254 0.0.0.0/0 eth0\nroute 254 10.0.0.0/8 eth1\n");
  const auto& file = recording.entries().at("run/vfirst/capture/routes");
  CHECK(file.kind == RecordingRoot::Entry::Kind::file);
  CHECK(file.content == "route 254 0.0.0.0/0 eth0\nroute 254 10.0.0.0/8 eth1\n");
  CHECK(recording.entries().at("run/vfirst").kind == RecordingRoot::Entry::Kind::directory);
}

TEST_CASE("facts read from a capture are the facts of the machine", "[facts]") {
  PciTree tree;
  tree.function("0000:17:02.0", "pci0000:17", "060400", "8086:347a");
  tree.function("0000:3b:00.0", "pci0000:17/0000:17:02.0", "020000", "8086:1592", "8086:0002");
  tree.pf("0000:3b:00.0", 8);
  tree.at(
      "0000:3b:00.0", {{"config", std::string(256, '\x11')},
                       {"modalias", "pci:v00008086d00001592sv00008086sd00000002bc02sc00i00\n"},
                       {"net/eth0/address", "b4:96:91:aa:bb:cc\n"},
                       {"net/eth0/addr_assign_type", "0\n"},
                       {"net/eth0/flags", "0x1003\n"}});
  tree.add(
      {{"sys/class/net/eth0", "-> ../../devices/pci0000:17/0000:17:02.0/0000:3b:00.0/net/eth0"},
       {"proc/net", "-> self/net"},
       {"proc/self", "-> 77"},
       {"proc/77/net/route", "Iface\nother\n"},
       {"proc/77/net/ipv6_route", "00000000000000000000000000000000 00 0 00 0 64 1 0 3 eth0\n"},
       {"proc/77/mountinfo", "22 1 0:30 / / rw - ext4 /dev/sda1 rw\n"},
       {"sys/class/block/sda1", "-> ../../devices/pci0000:00/0000:00:04.0/block/sda/sda1"},
       {"boot/grub/grub.cfg", "menuentry\n"},
       {"boot/vmlinuz-6.12.0", ""},
       {"boot/config-6.12.0", "CONFIG_NO_HZ_FULL=y\n"},
       {"lib", "-> usr/lib"},
       {"usr/lib/modules/6.12.0/modules.order", ""},
       {"usr/lib/modules/6.12.0/modules.builtin", "kernel/vfio.ko\n"},
       {"sys/kernel/iommu_groups/3/devices/0000:3b:00.0", "-> x"},
       {"sys/class/iommu/dmar0", "-> x"},
       {"sys/firmware/acpi/tables/DMAR", ""},
       {"sys/devices/system/memory/block_size_bytes", "80000000\n"},
       {"sys/devices/system/node/node0/memory1", "-> ../../memory/memory1"},
       {"sys/devices/system/node/node0/cpumap", "f\n"},
       {"proc/sys/kernel/hostname", "fixture\n"}});
  tree.add(
      "usr/lib/modules/6.12.0/kernel/ice.ko",
      module_object({"alias=pci:v00008086d00001592sv*sd*bc*sc*i*"}));
  run_depmod(tree, "6.12.0");
  const auto [facts, again] = there_and_back(tree.root());
  CHECK(facts == again);
  CHECK(facts.critical.size() == 2);
  CHECK(facts.function({0, 0x3b, 0, 0})->sriov);
  CHECK(facts.numa[0].gigabyte_frames == 2);
  CHECK(facts.kernels.size() == 1);
}

TEST_CASE(
    "a capture has what the boot loader's files say about arguments, in both kinds of loader",
    "[facts][kernel-arguments]") {
  const std::string entry =
      "linux /v\nx-options-source-vfirst nosmt\noptions root=/dev/sda2 isolcpus=4-7 nosmt\n";
  EnvironmentBlock block;
  REQUIRE(block.set("vfirst_good", "b"));
  for (const bool bls : {false, true}) {
    TempTree tree{
        {"sys/devices/system/cpu/online", "0\n"},
        {"proc/cmdline", "root=/dev/sda2 isolcpus=4-7 nosmt\n"},
        {"boot/grub2/grub.cfg", bls ? "blscfg\n" : "menuentry x {\n}\n"},
        {"boot/loader/entries/x.conf", entry},
        {"boot/vfirst/b.cfg", Slot{"nosmt", std::string(kAdopted), ""}.text()},
        {"boot/vfirst/env", block.bytes()},
        {"etc/default/grub", "GRUB_CMDLINE_LINUX=isolcpus=4-7\n"}};
    const auto [facts, again] = there_and_back(tree.root());
    CHECK(facts.boot.loader == (bls ? Loader::grub_bls : Loader::grub));
    // An adopted slot counts only where the block selects it, so the block is read to the byte.
    CHECK(facts.boot.own_arguments.front() == "nosmt");
    CHECK(facts.boot.sources.contains("isolcpus=4-7"));
    CHECK(facts == again);
  }
}

TEST_CASE("no password of grub.cfg goes into a capture", "[facts][grub]") {
  TempTree tree{
      {"sys/devices/system/cpu/online", "0\n"},
      {"boot/grub/grub.cfg",
       "set superusers=root\n  password_pbkdf2 root grub.pbkdf2.sha512.10000.SECRET\n"}};
  const RecordingRoot recording(tree.root());
  REQUIRE(read_facts(recording));
  const auto& text = recording.entries().at("boot/grub/grub.cfg").content;
  CHECK(text.find("superusers") != text.npos);
  CHECK(text.find("SECRET") == text.npos);
}

TEST_CASE("a capture of a captured machine has the facts of the machine", "[facts]") {
  for (const auto& tree : Captures::all()) {
    INFO(tree.name);
    const auto [facts, again] = there_and_back(*Root::open(tree.path));
    CHECK(facts == again);
  }
}

TEST_CASE("a capture of this host has the facts of the host", "[facts]") {
  const auto root = Root::open("/");
  auto [facts, again] = there_and_back(*root);
  CHECK(facts.cpu == again.cpu);
  CHECK(facts.pci == again.pci);
  CHECK(facts.kernels == again.kernels);
  CHECK(facts.boot == again.boot);
  CHECK(facts.critical == again.critical);
  CHECK(facts.gaps == again.gaps);
}
