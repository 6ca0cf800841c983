// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/brought.hpp"
#include "policy/load.hpp"
#include "unit/tree.hpp"

#include <sys/stat.h>
#include <catch2/catch_test_macros.hpp>
#include <cctype>
#include <map>

using namespace vfirst;
using namespace std::chrono_literals;
using vfirst::test::TempTree;

namespace {

// A clock that jumps to the end of each wait.
struct Clock : Events {
  Time at{};
  std::function<void()> event;
  Time now() const override { return at; }
  void wait(Time until, bool) override {
    at = until;
    if (event) event();
  }
  void wake() override {}
};

// one boot of a machine
struct Boot {
  TempTree tree{{"proc/cmdline", "quiet\n"}};
  Clock clock;
  // URLs, in order
  std::vector<std::string> fetched;
  // of the fetch program, the last one for ever
  std::vector<Ended> answers;
  Result<std::vector<DiskPolicy>> disk = refuse("no disk");
  // what libblkid finds on a device
  std::map<std::string, FilesystemName> filesystems;
  // the devices that libblkid was asked about, in order
  std::vector<std::string> probed;
  MatchFacts machine;
  unsigned waits = 0;

  std::vector<Brought> run(bool initramfs = true, Events::Time wait = 60s) {
    PolicySeams seams;
    seams.run = [&](const std::vector<std::string>& argv, std::string_view) -> Result<Ended> {
      REQUIRE(argv.size() == 2);
      fetched.push_back(argv[1]);
      if (answers.empty()) return failed(ENOENT, "{}: No such file or directory", argv[0]);
      auto answer = answers.front();
      if (answers.size() > 1) answers.erase(answers.begin());
      return answer;
    };
    seams.network_change = [&](std::chrono::milliseconds limit) { ++waits, clock.at += limit; };
    seams.filesystem_name = [&](const std::string& device) -> std::optional<FilesystemName> {
      probed.push_back(device);
      const auto found = filesystems.find(device);
      return found == filesystems.end() ? std::nullopt : std::optional(found->second);
    };
    seams.files_on = [&](const std::string&) { return disk; };
    seams.machine = [&] { return machine; };
    const auto root = tree.root();
    DiskFiles files(root, Settle::sync);
    return bring_policy(root, files, clock, seams, initramfs, wait);
  }
  // a block device as sysfs shows it
  void add_block(const std::string& name, const std::string& place) {
    tree.add(fmt::format("sys/{}/size", place), "8192\n");
    if (std::isdigit(static_cast<unsigned char>(name.back())) && place.contains("/block/sd"))
      tree.add(fmt::format("sys/{}/partition", place), "1\n");
    tree.add("sys/class/block/" + name, "-> ../../" + place);
  }
  // a stick with one partition; the second one is on another port
  void add_stick(const std::string& disk = "sdb", const std::string& label = "VFIRST") {
    const auto place =
        fmt::format("devices/pci0000:00/0000:00:14.0/usb1/1-1/host6/{0}/block/{0}", disk);
    add_block(disk, place);
    add_block(disk + "1", place + "/" + disk + "1");
    filesystems["/dev/" + disk + "1"] = {label, "uuid-of-" + disk};
  }
  std::string names() const {
    const auto found = find_policy(tree.root(), {});
    if (!found) return found.error().what;
    std::string out;
    for (const auto& source : *found)
      out += (out.empty() ? "" : " ") + source.name;
    return out;
  }
};

std::string told(const std::vector<Brought>& all) {
  std::string out;
  for (const auto& one : all)
    out += fmt::format(
        "{}{}: {}", out.empty() ? "" : "; ", one.text, one.cause.empty() ? one.got : one.cause);
  return out;
}

const Ended kNoRoute{7, "", "curl: (7) Failed to connect to srv port 80: No route to host\n"};

}  // namespace

TEST_CASE("where nobody brought policy nothing is written and nothing is said", "[policy]") {
  Boot boot;
  boot.tree.add(
      {{"etc/vfirst/policy.d/50-fleet.ini", "[cpu]\n"},
       {"usr/lib/vfirst/image-policy.d/50-fleet.ini", "; the copy of the image\n[cpu]\n"}});
  CHECK(boot.run().empty());
  CHECK_FALSE(boot.tree.root().exists("run"));
  CHECK(boot.probed.empty());
}

TEST_CASE(
    "what the boot loader put beside the image's files goes to /run, and the image's own do not",
    "[policy]") {
  Boot boot;
  boot.tree.add(
      {{"etc/vfirst/policy.d/50-fleet.ini", "[cpu]\n"},
       {"usr/lib/vfirst/image-policy.d/50-fleet.ini", "; the copy of the image\n[cpu]\n"},
       {"etc/vfirst/policy.d/90-host.ini", "[iommu]\nmode = off\n"},
       {"etc/vfirst/policy.d/README", "x"}});
  CHECK(told(boot.run()) == "policy 90-host.ini from the boot loader: 90-host.ini");
  CHECK(boot.tree.content("run/vfirst/policy.d/90-host.ini") == "[iommu]\nmode = off\n");
  // In the initramfs it counts once, as what this boot brought.
  boot.tree.add("etc/initrd-release", "");
  CHECK(boot.names() == "50-fleet.ini 90-host.ini");
  struct stat info{};
  REQUIRE(::stat((boot.tree.path() / "run/vfirst/policy.d/90-host.ini").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0644);
}

TEST_CASE("a file of the image that the boot loader replaced is the boot loader's", "[policy]") {
  Boot boot;
  boot.tree.add(
      {{"etc/vfirst/policy.d/90-host.ini", "[iommu]\nmode = off\n"},
       {"usr/lib/vfirst/image-policy.d/90-host.ini", "; the copy of the image\n[cpu]\n"}});
  CHECK(told(boot.run()) == "policy 90-host.ini from the boot loader: 90-host.ini");
}

TEST_CASE(
    "without the image's copies nobody can tell, and the real root's newer files must not lose to "
    "old ones",
    "[policy]") {
  Boot boot;
  boot.tree.add("etc/vfirst/policy.d/90-host.ini", "[cpu]\n");
  CHECK(boot.run().empty());
}

TEST_CASE("the real root's own files are not taken for the boot loader's", "[policy]") {
  Boot boot;
  boot.tree.add(
      {{"etc/vfirst/policy.d/90-host.ini", "[cpu]\n"}, {"usr/lib/vfirst/image-policy.d/", ""}});
  CHECK(boot.run(false, 0s).empty());
}

TEST_CASE("a file that anyone may write is not brought along", "[policy]") {
  Boot boot;
  boot.tree.add(
      {{"etc/vfirst/policy.d/90-host.ini", "[cpu]\n"}, {"usr/lib/vfirst/image-policy.d/", ""}});
  REQUIRE(::chmod((boot.tree.path() / "etc/vfirst/policy.d/90-host.ini").c_str(), 0666) == 0);
  CHECK(
      told(boot.run()) ==
      "policy 90-host.ini from the boot loader: 90-host.ini: anyone may write this file (mode "
      "0666); run chmod o-w");
  CHECK_FALSE(boot.tree.root().exists("run/vfirst/policy.d"));
}

TEST_CASE("a URL is fetched once, under a name that says which it was", "[policy]") {
  Boot boot;
  boot.tree.add(
      "proc/cmdline",
      "vfirst.policy=http://srv/a/host.ini?mac=1 vfirst.policy=https://srv/policy\n");
  boot.answers = {{0, "[cpu]\n", ""}};
  CHECK(
      told(boot.run()) ==
      "policy from http://srv/a/host.ini?mac=1: url-1-host.ini; policy from https://srv/policy: "
      "url-2-policy.ini");
  CHECK(
      boot.fetched ==
      std::vector<std::string>{"http://srv/a/host.ini?mac=1", "https://srv/policy"});
  CHECK(boot.names() == "url-1-host.ini url-2-policy.ini");
  const auto record = boot.tree.content("run/vfirst/sources");
  CHECK(boot.run(false, 0s).empty());
  CHECK(boot.fetched.size() == 2);
  CHECK(boot.tree.content("run/vfirst/sources") == record);
}

TEST_CASE("a network that comes up later is waited for", "[policy]") {
  Boot boot;
  boot.tree.add("proc/cmdline", "vfirst.policy=http://srv/host.ini\n");
  boot.answers = {kNoRoute, kNoRoute, {0, "[cpu]\n", ""}};
  CHECK(told(boot.run()) == "policy from http://srv/host.ini: url-1-host.ini");
  CHECK(boot.waits == 2);
}

TEST_CASE("one that does not is a line, after the time for it", "[policy]") {
  Boot boot;
  boot.tree.add("proc/cmdline", "vfirst.policy=http://srv/host.ini\n");
  boot.answers = {kNoRoute};
  const auto brought = boot.run();
  CHECK(
      told(brought) ==
      "policy from http://srv/host.ini: curl: (7) Failed to connect to srv port 80: No route to "
      "host");
  CHECK(boot.clock.at == 60s);
  CHECK(brought[0].error == EIO);
  CHECK(brought[0].took == 60s);
  SECTION("and the real root asks once more, without waiting") {
    boot.waits = 0;
    boot.answers = {{0, "[cpu]\n", ""}};
    CHECK(told(boot.run(false, 0s)) == "policy from http://srv/host.ini: url-1-host.ini");
    CHECK(boot.waits == 0);
  }
}

TEST_CASE("what will not get better is not tried again", "[policy]") {
  Boot boot;
  boot.tree.add("proc/cmdline", "vfirst.policy=http://srv/none.ini\n");
  boot.answers = {
      {22, "",
       "  % Total    % Received\r  0     0\r\ncurl: (22) The requested URL returned "
       "error: 404\nWarning: tried 3 times\n"}};
  CHECK(
      told(boot.run()) ==
      "policy from http://srv/none.ini: curl: (22) The requested URL returned error: 404");
  CHECK(boot.fetched.size() == 1);
}

TEST_CASE("an initramfs without curl says what it lacks", "[policy][provisioning]") {
  Boot boot;
  boot.tree.add("proc/cmdline", "vfirst.policy=http://srv/host.ini\n");
  CHECK(
      told(boot.run()) == "policy from http://srv/host.ini: " VFIRST_LIBEXECDIR
                          "/fetch is missing: dracut's module url-lib puts it into the initramfs");
}

TEST_CASE(
    "a filesystem labelled VFIRST is not even looked at where nobody asked for it", "[policy]") {
  Boot boot;
  boot.add_stick();
  boot.disk = std::vector<DiskPolicy>{{"10-a.ini", "[kernel]\nextra = init=/bin/sh\n"}};
  boot.tree.add("dev/disk/by-label/VFIRST", "-> ../../sdb1");
  for (const bool initramfs : {true, false}) {
    CHECK(boot.run(initramfs).empty());
    CHECK(boot.probed.empty());
    CHECK_FALSE(boot.tree.root().exists("run"));
  }
}

TEST_CASE(
    "vfirst.policy=LABEL=VFIRST takes the files of the filesystem with that label", "[policy]") {
  Boot boot;
  boot.tree.add("proc/cmdline", "vfirst.policy=LABEL=VFIRST\n");
  boot.disk = std::vector<DiskPolicy>{{"10-a.ini", "[cpu]\n"}, {"20-b.ini", "[iommu]\n"}};
  SECTION("at once where it is there") {
    boot.add_stick();
    CHECK(
        told(boot.run()) ==
        "policy from the filesystem labelled VFIRST: disk-10-a.ini disk-20-b.ini");
    CHECK(boot.names() == "disk-10-a.ini disk-20-b.ini");
    CHECK(boot.clock.at == 0s);
    CHECK(boot.run(false, 0s).empty());
  }
  SECTION("when it comes") {
    boot.clock.event = [&] { boot.add_stick(); };
    CHECK(
        told(boot.run()) ==
        "policy from the filesystem labelled VFIRST: disk-10-a.ini disk-20-b.ini");
  }
  SECTION("or says after the wait that there is none") {
    boot.add_stick("sdb", "OTHER");
    CHECK(
        told(boot.run()) ==
        "policy from the filesystem labelled VFIRST: no filesystem on a disk of this machine is "
        "labelled VFIRST");
    CHECK(boot.clock.at == 60s);
    // Each device is read once, however often devices appear.
    CHECK(boot.probed == std::vector<std::string>{"/dev/sdb", "/dev/sdb1"});
  }
  SECTION("in the real root too, where the initramfs had none") {
    boot.add_stick();
    CHECK_FALSE(boot.run(false, 0s).empty());
    CHECK(boot.names() == "disk-10-a.ini disk-20-b.ini");
  }
}

TEST_CASE(
    "an image that lists label takes it from a disk that is there, in the initramfs only",
    "[policy][provisioning]") {
  Boot boot;
  boot.add_stick();
  boot.disk = std::vector<DiskPolicy>{{"10-a.ini", "[cpu]\n"}};
  SECTION("from usr/lib") {
    boot.tree.add("usr/lib/vfirst/policy.d/00-image.ini", "[boot]\nbrought = label\n");
    CHECK(told(boot.run()) == "policy from the filesystem labelled VFIRST: disk-10-a.ini");
  }
  SECTION("from the etc of the image that was built into the initramfs") {
    boot.tree.add("etc/initrd-release", "");
    boot.tree.add(
        "usr/lib/vfirst/image-policy.d/00-image.ini",
        "; the copy of the image\n[boot]\nbrought = label\n");
    CHECK(told(boot.run()) == "policy from the filesystem labelled VFIRST: disk-10-a.ini");
  }
  SECTION("never from the real root") {
    boot.tree.add("etc/vfirst/policy.d/00-image.ini", "[boot]\nbrought = label\n");
    CHECK(boot.run(false, 0s).empty());
    CHECK(boot.probed.empty());
  }
  SECTION("and a machine that lacks it is no failure, and does not wait") {
    boot.tree.add("usr/lib/vfirst/policy.d/00-image.ini", "[boot]\nbrought = label\n");
    boot.filesystems.clear();
    CHECK(boot.run().empty());
    CHECK(boot.clock.at == 0s);
  }
  SECTION("for the machines that its [match] names") {
    boot.tree.add(
        "usr/lib/vfirst/policy.d/00-image.ini",
        "[match]\nproduct = R760\n[boot]\nbrought = label\n");
    CHECK(boot.run().empty());
    boot.machine.product = "R760";
    CHECK(told(boot.run()) == "policy from the filesystem labelled VFIRST: disk-10-a.ini");
  }
}

TEST_CASE("what a boot loader adds to etc is not the image's word on sources", "[policy]") {
  Boot boot;
  boot.add_stick();
  boot.disk = std::vector<DiskPolicy>{{"10-a.ini", "[cpu]\n"}};
  boot.tree.add(
      {{"etc/initrd-release", ""},
       {"usr/lib/vfirst/image-policy.d/", ""},
       {"etc/vfirst/policy.d/90-host.ini", "[boot]\nbrought = label\n"}});
  CHECK(told(boot.run()) == "policy 90-host.ini from the boot loader: 90-host.ini");
  CHECK(boot.probed.empty());
}

TEST_CASE("an image that lists its sources takes no other, whoever asks", "[policy]") {
  Boot boot;
  boot.add_stick();
  boot.tree.add(
      {{"proc/cmdline", "vfirst.policy=LABEL=VFIRST vfirst.policy=http://srv/host.ini\n"},
       {"etc/initrd-release", ""},
       {"usr/lib/vfirst/policy.d/00-image.ini", "[boot]\nbrought = none\n"},
       {"usr/lib/vfirst/image-policy.d/", ""},
       {"etc/vfirst/policy.d/90-host.ini", "[cpu]\n"}});
  CHECK(
      told(boot.run()) ==
      "policy 90-host.ini from the boot loader: ignored: 00-image.ini:2: [boot] brought does not "
      "list loader-file; policy from the filesystem labelled VFIRST: ignored: 00-image.ini:2: "
      "[boot] brought does not list label; policy from http://srv/host.ini: ignored: "
      "00-image.ini:2: [boot] brought does not list url");
  CHECK(boot.probed.empty());
  CHECK(boot.fetched.empty());
  CHECK(boot.names() == "00-image.ini");
}

TEST_CASE("only a disk of this machine is read, whatever label others bear", "[policy]") {
  Boot boot;
  boot.tree.add("proc/cmdline", "vfirst.policy=LABEL=VFIRST\n");
  boot.disk = std::vector<DiskPolicy>{{"10-a.ini", "[cpu]\n"}};
  const auto refused = [&](const std::string& name, const std::string& place) {
    INFO(place);
    Boot fresh;
    fresh.tree.add("proc/cmdline", "vfirst.policy=LABEL=VFIRST\n");
    fresh.add_block(name, place);
    fresh.filesystems["/dev/" + name] = {"VFIRST", "1"};
    fresh.tree.add("dev/disk/by-label/VFIRST", "-> ../../" + name);
    if (place.contains("host7")) fresh.tree.add("sys/class/fc_host/host7/speed", "16 Gbit\n");
    const auto brought = told(fresh.run());
    CHECK(brought.starts_with(fmt::format(
        "policy from the filesystem labelled VFIRST: /dev/{} is not used: it is ", name)));
    CHECK(brought.contains("/sys/" + place));
    CHECK(fresh.probed.empty());
  };
  refused("dm-3", "devices/virtual/block/dm-3");
  refused("loop0", "devices/virtual/block/loop0");
  refused("md127", "devices/virtual/block/md127");
  refused("zd16", "devices/virtual/block/zd16");
  refused("nbd0", "devices/virtual/block/nbd0");
  refused("ublkb0", "devices/virtual/ublk-char/ublkc0/block/ublkb0");
  refused("rbd0", "devices/rbd/0/block/rbd0");
  refused("vda", "devices/virtual/vduse/vduse0/vdpa0/virtio1/block/vda");
  refused("nvme1n1", "devices/virtual/nvme-fabrics/ctl/nvme1/nvme1n1");
  refused("nvme2n1", "devices/virtual/nvme-subsystem/nvme-subsys2/nvme2n1");
  refused("sdc", "devices/platform/host3/session1/target3:0:0/3:0:0:0/block/sdc");
  refused("sdd", "devices/pci0000:00/0000:00:02.0/host4/rport-4:0-1/target4:0:0/4:0:0:0/block/sdd");
  refused("sde", "devices/pci0000:00/0000:00:02.0/host7/target7:0:0/7:0:0:0/block/sde");
  refused("sdf", "devices/platform/vhci_hcd.0/usb5/5-1/5-1:1.0/host8/block/sdf");
  refused("sdg", "devices/pseudo_0/adapter0/host9/target9:0:0/9:0:0:0/block/sdg");
  refused("sdh", "devices/tcm_loop_0/tcm_loop_adapter_0/host10/block/sdh");

  const auto taken = [&](const std::string& name, const std::string& place) {
    INFO(place);
    Boot fresh;
    fresh.tree.add("proc/cmdline", "vfirst.policy=LABEL=VFIRST\n");
    fresh.disk = boot.disk;
    fresh.add_block(name, place);
    fresh.tree.add(
        {{"sys/devices/virtual/nvme-subsystem/nvme-subsys5/nvme5/transport", "pcie\n"},
         {"sys/devices/virtual/nvme-subsystem/nvme-subsys2/nvme2/transport", "tcp\n"}});
    fresh.filesystems["/dev/" + name] = {"VFIRST", "1"};
    CHECK(told(fresh.run()) == "policy from the filesystem labelled VFIRST: disk-10-a.ini");
  };
  taken("sr0", "devices/pci0000:00/0000:00:1f.2/ata3/host2/target2:0:0/2:0:0:0/block/sr0");
  taken("vda", "devices/pci0000:00/0000:00:05.0/virtio2/block/vda");
  taken("nvme0n1", "devices/pci0000:00/0000:00:1d.0/0000:3b:00.0/nvme/nvme0/nvme0n1");
  taken("nvme5n1", "devices/virtual/nvme-subsystem/nvme-subsys5/nvme5n1");
  taken("mmcblk0", "devices/platform/soc/fe340000.mmc/mmc_host/mmc0/mmc0:0001/block/mmcblk0");
}

TEST_CASE(
    "a label on a volume beside the stick changes nothing, on a second stick both are refused",
    "[policy]") {
  Boot boot;
  boot.tree.add("proc/cmdline", "vfirst.policy=LABEL=VFIRST\n");
  boot.disk = std::vector<DiskPolicy>{{"10-a.ini", "[cpu]\n"}};
  boot.add_stick();
  SECTION("a volume") {
    boot.add_block("dm-0", "devices/virtual/block/dm-0");
    boot.filesystems["/dev/dm-0"] = {"VFIRST", "2"};
    CHECK(told(boot.run()) == "policy from the filesystem labelled VFIRST: disk-10-a.ini");
  }
  SECTION("a second stick") {
    boot.add_stick("sdc");
    CHECK(
        told(boot.run()) ==
        "policy from the filesystem labelled VFIRST: /dev/sdb1 and /dev/sdc1 both hold a "
        "filesystem labelled VFIRST: neither is used");
    CHECK_FALSE(boot.tree.root().exists("run/vfirst/policy.d"));
  }
  SECTION("the image of a CD, which shows on the stick and on its partition") {
    boot.filesystems["/dev/sdb"] = boot.filesystems["/dev/sdb1"];
    CHECK(told(boot.run()) == "policy from the filesystem labelled VFIRST: disk-10-a.ini");
  }
}

TEST_CASE(
    "each file of a disk is checked alone, and a bad one takes no other with it", "[policy]") {
  Boot boot;
  boot.add_stick();
  boot.tree.add(
      {{"proc/cmdline", "vfirst.policy=LABEL=VFIRST\n"},
       {"etc/vfirst/policy.d/50-host.ini", "[iommu]\nmode = off\n"}});
  boot.disk = std::vector<DiskPolicy>{
      {"10-a.ini", "[cpu]\nisolat = yes\n"},
      {"20-b.ini", "[pf up]\nrx-usecs = 20\n"},
      {"30-c.ini", refuse("30-c.ini: anyone may write it")}};
  CHECK(
      told(boot.run()) ==
      "policy 10-a.ini from /dev/sdb1: disk-10-a.ini:2: unknown key 'isolat' in [cpu]; did you "
      "mean 'isolate'?; policy 30-c.ini from /dev/sdb1: 30-c.ini: anyone may write it; policy "
      "from the filesystem labelled VFIRST: disk-20-b.ini");
  CHECK(boot.names() == "50-host.ini disk-20-b.ini");
}

TEST_CASE("what a URL answers is kept only if it is a policy", "[policy]") {
  Boot boot;
  boot.tree.add("proc/cmdline", "vfirst.policy=http://srv/host.ini\n");
  boot.answers = {{0, "<html><body>Log in first</body></html>\n", ""}};
  CHECK(told(boot.run()).starts_with("policy from http://srv/host.ini: url-1-host.ini:1: "));
  CHECK_FALSE(boot.tree.root().exists("run/vfirst/policy.d"));
  boot.answers = {{0, std::string((1 << 20) + 1, ';'), ""}};
  CHECK(
      told(boot.run()) ==
      "policy from http://srv/host.ini: url-1-host.ini: 1048577 bytes, the limit is 1048576");
}

TEST_CASE(
    "a file of the boot loader that is refused leaves the image's policy as it was", "[policy]") {
  Boot boot;
  boot.tree.add(
      {{"etc/initrd-release", ""},
       {"usr/lib/vfirst/image-policy.d/50-fleet.ini",
        "; the copy of the image\n[iommu]\nmode = off\n"},
       {"etc/vfirst/policy.d/50-fleet.ini", "[iommu]\nmoed = off\n"},
       {"etc/vfirst/policy.d/90-host.ini", "[cpu\n"}});
  CHECK(boot.run().size() == 2);
  CHECK(boot.names() == "50-fleet.ini");
  const auto policy = load_policy(boot.tree.root(), {}, {});
  REQUIRE(policy);
  CHECK(policy->iommu.mode->value == IommuMode::off);
  CHECK(policy->iommu.mode->from.str() == "50-fleet.ini:2");
  CHECK(policy->refused.empty());
}

TEST_CASE("a disk that cannot be read, or has no policy, is a line", "[policy]") {
  Boot boot;
  boot.add_stick();
  boot.tree.add("proc/cmdline", "vfirst.policy=LABEL=VFIRST\n");
  boot.disk = refuse("/dev/sdb1: crypto_LUKS is not mounted here");
  CHECK(
      told(boot.run()) ==
      "policy from the filesystem labelled VFIRST: /dev/sdb1: crypto_LUKS is not mounted here");
  boot.disk = std::vector<DiskPolicy>{};
  CHECK(
      told(boot.run()) ==
      "policy from the filesystem labelled VFIRST: /dev/sdb1: there is no .ini file on it");
}
