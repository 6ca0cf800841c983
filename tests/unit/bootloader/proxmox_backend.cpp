// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/proxmox_backend.hpp"

#include "crash/crashing_files.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr auto kLine = "root=ZFS=rpool/ROOT/pve-1 boot=zfs\n";
constexpr auto kDropIn = "etc/default/grub.d/zzz-vfirst-arguments.cfg";

struct Proxmox {
  CrashingFiles files;
  BootFacts boot;
  // What the partitions have: the source as it was at the last refresh.
  std::string copied;
  int refreshes = 0;
  bool broken = false;
  std::string said;
  ProxmoxBackend backend;

  explicit Proxmox(Loader copies_for, const std::string& source = kLine)
      : Proxmox(
            copies_for,
            CrashingFiles(
                copies_for == Loader::systemd_boot
                    ? CrashingFiles::Disk{{"etc/kernel/cmdline", source}}
                    : CrashingFiles::Disk{{"etc/default/grub", "GRUB_CMDLINE_LINUX=quiet\n"}})) {}
  Proxmox(const Proxmox&) = delete;
  Proxmox& operator=(const Proxmox&) = delete;
  Proxmox(Loader copies_for, CrashingFiles disk)
      : files(std::move(disk)),
        backend(files, boot, [this](const std::vector<std::string>& argv, std::string_view) {
          return run(argv);
        }) {
    boot.loader = Loader::proxmox;
    boot.copies_for = copies_for;
    boot.filesystem = "zfs";
    boot.cmdline = "initrd=x root=ZFS=rpool/ROOT/pve-1 boot=zfs";
  }
  Result<Ended> run(const std::vector<std::string>& argv) {
    REQUIRE(argv == std::vector<std::string>{"proxmox-boot-tool", "refresh"});
    if (broken) return Ended{1, "", "copying\nmount of /dev/disk/by-uuid/EA72-BD09 failed\n"};
    ++refreshes;
    copied = files.read(std::string(proxmox_source(boot))).value_or("");
    return Ended{0, "Copying kernel 6.8\n", said};
  }
  Result<ApplyOutcome> apply(const char* arguments, bool dry_run = false) {
    ApplyOptions options;
    options.plan = "p1";
    options.dry_run = dry_run;
    return backend.apply(arguments, options);
  }
};

}  // namespace

TEST_CASE(
    "on Proxmox arguments go to what proxmox-boot-tool copies from, and it copies; twice is once",
    "[kernel-arguments]") {
  Proxmox host(Loader::systemd_boot, "root=ZFS=rpool/ROOT/pve-1 boot=zfs\n# a second line\n");
  const auto disk = host.files.disk;
  REQUIRE(host.apply("iommu=pt isolcpus=2-3", true));
  CHECK(host.files.disk == disk);
  const auto done = host.apply("iommu=pt isolcpus=2-3");
  REQUIRE(done);
  CHECK(done->wrote);
  CHECK(done->reboot_needed);
  CHECK(
      host.copied == "root=ZFS=rpool/ROOT/pve-1 boot=zfs iommu=pt isolcpus=2-3\n# a second line\n");
  const auto writes = host.files.writes;
  const auto again = host.apply("iommu=pt isolcpus=2-3");
  REQUIRE(again);
  CHECK_FALSE(again->wrote);
  CHECK(host.files.writes == writes);
  CHECK(host.refreshes == 1);
  REQUIRE(host.apply("iommu=pt"));
  CHECK(host.copied == "root=ZFS=rpool/ROOT/pve-1 boot=zfs iommu=pt\n# a second line\n");
  REQUIRE(host.backend.rollback());
  CHECK(
      host.copied == "root=ZFS=rpool/ROOT/pve-1 boot=zfs iommu=pt isolcpus=2-3\n# a second line\n");
  CHECK(host.backend.state()->good.str() == "iommu=pt isolcpus=2-3");
  CHECK(host.backend.state()->good_place == "etc/kernel/cmdline");
  REQUIRE(host.backend.remove(false));
  CHECK(host.files.disk == disk);
  CHECK(host.copied == "root=ZFS=rpool/ROOT/pve-1 boot=zfs\n# a second line\n");
}

TEST_CASE("with GRUB on Proxmox a file of ours in grub.d has them", "[kernel-arguments][grub]") {
  Proxmox host(Loader::grub);
  const auto disk = host.files.disk;
  REQUIRE(host.apply("iommu=pt memmap=1G$4G"));
  CHECK(host.files.read(kDropIn)->ends_with(
      "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX \"'iommu=pt memmap=1G\\$4G'\n"));
  CHECK(host.copied == *host.files.read(kDropIn));
  CHECK_FALSE(host.apply("iommu=pt memmap=1G$4G")->wrote);
  REQUIRE(host.apply(""));
  CHECK(host.copied.empty());
  CHECK_FALSE(host.files.exists(kDropIn));
  REQUIRE(host.apply("one"));
  REQUIRE(host.backend.remove(false));
  CHECK(host.files.disk == disk);
  CHECK(host.copied.empty());
}

TEST_CASE("a refresh that fails leaves the source as it was", "[kernel-arguments]") {
  Proxmox host(Loader::systemd_boot);
  host.broken = true;
  const auto done = host.apply("iommu=pt");
  REQUIRE_FALSE(done);
  CHECK_WORDS(
      done.error().what ==
      "proxmox-boot-tool refresh failed (1): mount of /dev/disk/by-uuid/EA72-BD09 failed");
  CHECK(host.files.read("etc/kernel/cmdline") == kLine);
  CHECK(host.backend.state()->good.empty());
  host.broken = false;
  REQUIRE(host.apply("iommu=pt"));
  CHECK(host.copied == "root=ZFS=rpool/ROOT/pve-1 boot=zfs iommu=pt\n");
}

TEST_CASE("a partition that proxmox-boot-tool passes over is named", "[kernel-arguments]") {
  Proxmox host(Loader::systemd_boot);
  host.said =
      "Copying kernel 6.8\nWARN: /dev/disk/by-uuid/EA72-BD09 does not exist - clean "
      "'/etc/kernel/proxmox-boot-uuids'! - skipping\n";
  const auto done = host.apply("iommu=pt");
  REQUIRE(done);
  REQUIRE(done->notes.size() == 1);
  CHECK(done->notes[0].contains("EA72-BD09 does not exist"));
}

TEST_CASE(
    "what proxmox-boot-tool would not take is refused before anything is written",
    "[kernel-arguments]") {
  const auto refusal = [](Proxmox&& host, bool trial = false) {
    ApplyOptions options;
    options.trial = trial;
    const auto done = host.backend.apply("one", options);
    CHECK(host.files.writes == 0);
    return done ? std::string() : done.error().what;
  };
  CHECK_WORDS(
      refusal(Proxmox(Loader::systemd_boot, "quiet\n")) ==
      "etc/kernel/cmdline: its first line has no root=, so proxmox-boot-tool would refuse it");
  CHECK(refusal(Proxmox(Loader::systemd_boot, "root=x -- y\n")).starts_with("etc/kernel/cmdline"));
  CHECK_WORDS(
      refusal(Proxmox(Loader::systemd_boot), true) ==
      "trial boots need GRUB or systemd-boot; this host has proxmox-boot-tool. Use: vfirst apply "
      "--no-trial (permanent immediately; undo with vfirst rollback)");
  Proxmox gone(Loader::systemd_boot);
  gone.files.disk.clear();
  CHECK(gone.apply("one").error().what.starts_with("etc/kernel/cmdline: not there"));
}

TEST_CASE(
    "a power cut at any point leaves the old arguments or the new, and the next apply finishes",
    "[kernel-arguments][crash]") {
  Proxmox start(Loader::systemd_boot);
  REQUIRE(start.apply("old"));
  for (int point = 0;; ++point) {
    Proxmox cut(Loader::systemd_boot, CrashingFiles(start.files.disk, point));
    bool crashed = false;
    try {
      const bool done = cut.apply("new").has_value();
      CHECK(done);
    } catch (const PowerCut&) {
      crashed = true;
    }
    if (!crashed) {
      CHECK(point > 3);
      break;
    }
    Proxmox host(Loader::systemd_boot, CrashingFiles(cut.files.disk));
    const auto line = host.files.read("etc/kernel/cmdline").value_or("");
    INFO(point << ": " << line);
    CHECK(
        (line == "root=ZFS=rpool/ROOT/pve-1 boot=zfs old\n" ||
         line == "root=ZFS=rpool/ROOT/pve-1 boot=zfs new\n"));
    REQUIRE(host.apply("new"));
    CHECK(host.copied == "root=ZFS=rpool/ROOT/pve-1 boot=zfs new\n");
    REQUIRE(host.backend.remove(false));
    CHECK(host.copied == kLine);
  }
}
