// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/read.hpp"
#include "loader/slots.hpp"
#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using vfirst::test::TempTree;

namespace {

TempTree host() {
  return TempTree{{"sys/devices/system/cpu/online", "0\n"}};
}

BootFacts boot_of(const TempTree& tree) {
  const auto facts = read_facts(tree.root());
  REQUIRE(facts);
  return facts->boot;
}

std::string utf16(std::string_view text) {
  std::string out("\x06\0\0\0", 4);
  for (char c : text)
    out += c, out += '\0';
  return out;
}

}  // namespace

TEST_CASE("each boot loader is known by its evidence", "[facts][steps]") {
  auto tree = host();
  SECTION("GRUB") {
    tree.add("boot/grub/grub.cfg", "set default=0\n");
    CHECK(boot_of(tree).loader == Loader::grub);
    CHECK(boot_of(tree).evidence == "boot/grub/grub.cfg");
  }
  SECTION("GRUB with BLS entries") {
    tree.add(
        {{"boot/grub2/grub.cfg", "insmod blscfg\nblscfg\n"}, {"boot/loader/entries/x.conf", ""}});
    CHECK(boot_of(tree).loader == Loader::grub_bls);
  }
  SECTION("a grub.cfg that would read entries, of which there are none") {
    tree.add("boot/grub2/grub.cfg", "insmod blscfg\nblscfg\n");
    CHECK(boot_of(tree).loader == Loader::grub);
  }
  SECTION("entries that this grub.cfg never reads") {
    tree.add({{"boot/grub/grub.cfg", "menuentry x {}\n"}, {"boot/loader/entries/x.conf", ""}});
    CHECK(boot_of(tree).loader == Loader::grub);
  }
  SECTION("entries, and a grub.cfg that has the word blscfg in a comment alone") {
    tree.add(
        {{"boot/grub/grub.cfg", "# blscfg is not used here\nmenuentry x {\n}\n"},
         {"boot/loader/entries/x.conf", "linux /v\n"}});
    CHECK(boot_of(tree).loader == Loader::grub);
  }
  SECTION("systemd-boot by its program or its configuration, and entries") {
    tree.add("efi/loader/entries/x.conf", "");
    CHECK(boot_of(tree).loader == Loader::none);
    CHECK(
        boot_of(tree).doubt ==
        "efi/loader/entries/x.conf is a boot loader entry, and nothing says which boot loader "
        "reads it");
    tree.add("efi/EFI/systemd/systemd-bootx64.efi", "");
    CHECK(boot_of(tree).loader == Loader::systemd_boot);
    CHECK(boot_of(tree).evidence == "efi/EFI/systemd/systemd-bootx64.efi");
    CHECK(boot_of(tree).doubt.empty());
  }
  SECTION("entries, and loader.conf beside them") {
    tree.add({{"boot/efi/loader/entries/x.conf", ""}, {"boot/efi/loader/loader.conf", ""}});
    CHECK(boot_of(tree).loader == Loader::systemd_boot);
  }
  SECTION("GRUB with BLS entries whose grub.cfg is on the EFI system partition alone (RHEL 8)") {
    tree.add(
        {{"boot/efi/EFI/redhat/grub.cfg", "insmod blscfg\nblscfg\n"},
         {"boot/efi/EFI/redhat/grubx64.efi", ""},
         {"boot/loader/entries/x.conf", "linux /v\n"}});
    CHECK(boot_of(tree).loader == Loader::grub_bls);
    CHECK(boot_of(tree).evidence == "boot/efi/EFI/redhat/grub.cfg");
  }
  SECTION("a grub.cfg on the partition that leads to the one in /boot") {
    tree.add(
        {{"boot/efi/EFI/debian/grub.cfg",
          "search.fs_uuid 1f root\nset prefix=($root)'/boot/grub'\nconfigfile "
          "$prefix/grub.cfg\n"},
         {"boot/efi/EFI/debian/grubx64.efi", ""},
         {"boot/grub/grub.cfg", "menuentry x {\n}\n"}});
    CHECK(boot_of(tree).evidence == "boot/grub/grub.cfg");
    CHECK(boot_of(tree).signs.size() == 2);
  }
  SECTION("GRUB's program and no grub.cfg") {
    tree.add({{"boot/efi/EFI/fedora/grubx64.efi", ""}, {"boot/loader/entries/x.conf", ""}});
    CHECK(boot_of(tree).loader == Loader::none);
    CHECK(
        boot_of(tree).doubt ==
        "GRUB is here (boot/efi/EFI/fedora/grubx64.efi), and no grub.cfg: run grub-mkconfig first");
  }
  SECTION("an image that has both, and nothing that says which boots") {
    tree.add(
        {{"boot/grub/grub.cfg", "menuentry x {\n}\n"},
         {"efi/EFI/systemd/systemd-bootx64.efi", ""},
         {"efi/loader/entries/x.conf", ""}});
    CHECK(boot_of(tree).loader == Loader::none);
    CHECK(
        boot_of(tree).doubt ==
        "GRUB (boot/grub/grub.cfg) and systemd-boot (efi/EFI/systemd/systemd-bootx64.efi) are "
        "both here, and nothing says which of them boots this host");
    // A BIOS starts no program of EFI.
    tree.add("sys/firmware/acpi/tables/x", "");
    CHECK(boot_of(tree).loader == Loader::grub);
  }
  SECTION("a UEFI host of an old GRUB, with systemd-boot installed: that would have said so") {
    tree.add(
        {{"boot/grub/grub.cfg", "menuentry x {\n}\n"},
         {"efi/EFI/systemd/systemd-bootx64.efi", ""},
         {"sys/firmware/efi/efivars/BootCurrent-8be4df61-93ca-11d2-aa0d-00e098032b8c", "x"}});
    CHECK(boot_of(tree).loader == Loader::grub);
  }
  SECTION("a boot loader that we do not know booted this host") {
    tree.add(
        {{"boot/grub/grub.cfg", "menuentry x {\n}\n"},
         {"sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f",
          utf16("Limine 9.1")}});
    CHECK(boot_of(tree).loader == Loader::none);
    CHECK(boot_of(tree).doubt.contains("Limine 9.1"));
  }
  SECTION("Proxmox's tool manages partitions that are not mounted") {
    tree.add(
        {{"boot/grub/grub.cfg", "menuentry x {\n}\n"},
         {"etc/kernel/proxmox-boot-uuids", "EA72-BD09\n"}});
    CHECK(boot_of(tree).loader == Loader::proxmox);
    CHECK(boot_of(tree).evidence == "etc/kernel/proxmox-boot-uuids");
  }
  SECTION("systemd-boot by its variable, GRUB only installed") {
    tree.add(
        {{"boot/grub/grub.cfg", ""},
         {"sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f",
          utf16("systemd-boot 257")}});
    CHECK(boot_of(tree).loader == Loader::systemd_boot);
  }
  SECTION("GRUB sets that variable too") {
    tree.add(
        {{"boot/grub/grub.cfg", ""},
         {"sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f",
          utf16("GRUB 2.12")}});
    CHECK(boot_of(tree).loader == Loader::grub);
  }
  SECTION("a unified kernel image") {
    tree.add("boot/efi/EFI/Linux/debian.efi", "");
    CHECK(boot_of(tree).loader == Loader::uki);
    tree.add(
        {{"boot/grub/grub.cfg", ""},
         {"sys/firmware/efi/efivars/StubInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f",
          utf16("systemd-stub 257")}});
    CHECK(boot_of(tree).loader == Loader::uki);
  }
  SECTION("ostree") {
    tree.add({{"boot/grub2/grub.cfg", ""}, {"run/ostree-booted", ""}});
    CHECK(boot_of(tree).loader == Loader::ostree);
  }
  SECTION("none") {
    CHECK(boot_of(tree).loader == Loader::none);
  }
}

TEST_CASE(
    "entries are those that the loader reads: of the EFI system partition and of XBOOTLDR",
    "[facts][bls]") {
  auto tree = host();
  tree.add(
      {{"boot/efi/EFI/systemd/systemd-bootx64.efi", ""},
       {"boot/efi/loader/entries/new.conf", "linux /v\n"},
       {"boot/loader/entries/old.conf", "linux /v\n"},
       {"proc/self/mountinfo",
        "22 1 254:3 / / rw shared:1 - btrfs /dev/vda3 rw\n"
        "23 22 254:2 / /boot rw - ext4 /dev/vda2 rw\n"
        "24 23 254:1 / /boot/efi rw - vfat /dev/vda1 rw\n"}});
  using Folders = std::vector<std::string>;
  CHECK(boot_of(tree).loader == Loader::systemd_boot);
  CHECK(boot_of(tree).entry_folders == Folders{"boot/efi/loader/entries"});
  SECTION("udev knows /boot as XBOOTLDR") {
    tree.add("run/udev/data/b254:2", "E:ID_PART_ENTRY_TYPE=bc13c2ff-59e6-4262-a352-b275fd6f7172\n");
    CHECK(boot_of(tree).entry_folders == Folders{"boot/efi/loader/entries", "boot/loader/entries"});
  }
  SECTION("no mounts are shown: where the program lies") {
    tree.add("proc/self/mountinfo", "");
    CHECK(boot_of(tree).entry_folders == Folders{"boot/efi/loader/entries"});
  }
  SECTION("GRUB reads those in /boot") {
    tree.add(
        {{"boot/grub2/grub.cfg", "blscfg\n"},
         {"sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f",
          utf16("GRUB 2.14")}});
    CHECK(boot_of(tree).loader == Loader::grub_bls);
    CHECK(boot_of(tree).entry_folders == Folders{"boot/loader/entries"});
  }
}

TEST_CASE("UEFI and Secure Boot", "[facts][steps]") {
  auto tree = host();
  CHECK(!boot_of(tree).uefi);
  const auto* variable = "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c";
  tree.add(variable, std::string_view("\x06\0\0\0\x01", 5));
  CHECK(boot_of(tree).uefi);
  CHECK(boot_of(tree).secure_boot);
  tree.add(variable, std::string_view("\x06\0\0\0\0", 5));
  CHECK(!boot_of(tree).secure_boot);
}

TEST_CASE("the filesystem of /boot is that of the mount that carries it", "[facts][steps]") {
  auto tree = host();
  tree.add(
      "sys/dev/block/254:1", "-> ../../devices/pci0000:00/0000:00:04.0/virtio1/block/vda/vda1");
  tree.add(
      "sys/dev/block/254:2", "-> ../../devices/pci0000:00/0000:00:04.0/virtio1/block/vda/vda2");
  const std::string top = "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n";
  tree.add("proc/self/mountinfo", top);
  CHECK(boot_of(tree).filesystem == "ext4");
  CHECK(boot_of(tree).device == "vda1");
  tree.add(
      "proc/self/mountinfo", top +
                                 "30 22 0:31 / /boot rw - autofs systemd-1 rw\n31 30 254:2 / "
                                 "/boot rw shared:9 - vfat /dev/vda2 rw\n"
                                 "32 22 0:40 / /bootleg rw - tmpfs none rw\n");
  CHECK(boot_of(tree).filesystem == "vfat");
  CHECK(boot_of(tree).device == "vda2");
}

TEST_CASE("older captures show proc/mounts", "[facts][steps]") {
  auto tree = host();
  tree.add(
      {{"proc/mounts", "rootfs / rootfs rw 0 0\n/dev/mapper/vg-root / xfs rw 0 0\n"},
       {"sys/class/block/dm-3", "-> ../../devices/virtual/block/dm-3"},
       {"sys/devices/virtual/block/dm-3/dm/name", "vg-root\n"}});
  CHECK(boot_of(tree).filesystem == "xfs");
  CHECK(boot_of(tree).device == "dm-3");
}

TEST_CASE(
    "the command line stands as the kernel prints it", "[facts][steps][kernel-arguments][report]") {
  auto tree = host();
  tree.add("proc/cmdline", "BOOT_IMAGE=/vmlinuz root=UUID=1 quiet\n");
  CHECK(boot_of(tree).cmdline == "BOOT_IMAGE=/vmlinuz root=UUID=1 quiet");
}

TEST_CASE(
    "what vfirst wrote to GRUB's slots is a fact, and so is where others' arguments stand",
    "[facts][steps][kernel-arguments][grub]") {
  auto tree = host();
  const Slot good{"iommu=pt nohz_full=2-7", "p1", ""}, trial{"iommu=pt", "p2", "vfirst.trial=p2"};
  EnvironmentBlock block;
  REQUIRE(block.set("vfirst_good", "a"));
  tree.add(
      {{"boot/grub/grub.cfg", "set default=0\n"},
       {"boot/vfirst/a.cfg", good.text()},
       {"boot/vfirst/b.cfg", trial.text()},
       {"boot/vfirst/env", block.bytes()},
       {"etc/default/grub", "X=1\nGRUB_CMDLINE_LINUX='quiet foo=\"a isolcpus=4-7 b\"'\n"},
       {"etc/default/grub.d/50.cfg", "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX quiet\"\n"},
       {"proc/cmdline",
        "ro quiet isolcpus=4-7 \"foo=a isolcpus=4-7 b\" iommu=pt nohz_full=2-7\n"}});
  const auto boot = boot_of(tree);
  CHECK(
      boot.own_arguments ==
      std::vector<std::string>{"iommu=pt vfirst.trial=p2", "iommu=pt nohz_full=2-7"});
  CHECK(
      boot.sources == std::map<std::string, std::vector<std::string>>{
                          {"quiet", {"etc/default/grub:2", "etc/default/grub.d/50.cfg:1"}},
                          {"\"foo=a isolcpus=4-7 b\"", {"etc/default/grub:2"}}});
}

TEST_CASE(
    "what vfirst wrote to entries is a fact, and so is where others' arguments stand in them",
    "[facts][steps][kernel-arguments]") {
  auto tree = host();
  tree.add(
      {{"boot/grub2/grub.cfg", "blscfg\n"},
       {"boot/loader/entries/x.conf",
        "linux /v\nx-options-source-vfirst nosmt\noptions root=/dev/sda2 isolcpus=4-7 nosmt\n"},
       {"etc/kernel/cmdline", "root=/dev/sda2 isolcpus=4-7\n"},
       {"proc/cmdline", "root=/dev/sda2 isolcpus=4-7 nosmt\n"}});
  const auto boot = boot_of(tree);
  CHECK(boot.own_arguments == std::vector<std::string>{"nosmt"});
  CHECK(
      boot.sources.at("isolcpus=4-7") ==
      std::vector<std::string>{"boot/loader/entries/x.conf:3", "etc/kernel/cmdline:1"});
  CHECK_FALSE(boot.sources.contains("nosmt"));
}

TEST_CASE("a loader whose files are damaged leaves the facts about them empty", "[facts][steps]") {
  auto tree = host();
  tree.add(
      {{"boot/grub/grub.cfg", ""},
       {"boot/vfirst/a.cfg", "rubbish"},
       {"boot/vfirst/env", "rubbish"},
       {"proc/cmdline", "quiet\n"}});
  CHECK(boot_of(tree).own_arguments.empty());
  CHECK(boot_of(tree).sources.empty());
}
