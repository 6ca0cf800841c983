// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/seal.hpp"

#include "image/initramfs.hpp"
#include "unit/kernel_tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr std::string_view kGrub =
    "set vfirst_fragment=2\nset vfirst_block=boot\nmenuentry 'Debian' {\n  linux /vmlinuz-6.12.1 "
    "root=UUID=1f ro quiet $vfirst_args\n  initrd /initrd.img-6.12.1\n}\n";

// An image as a builder leaves it, and no hardware: neither sys nor proc.
struct Image {
  TempTree tree{
      {"etc/machine-id", "uninitialized\n"},
      {kSealedMark, ""},
      {"etc/default/grub", "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n"},
      {"etc/vfirst/policy.d/50-host.ini", "[cpu]\nreserved-cores-per-node = 1\n"},
      {"boot/grub/grub.cfg", kGrub},
      {"boot/vmlinuz-6.12.1", "x"},
      {"boot/initrd.img-6.12.1", "x"},
      {"lib/modules/6.12.1/modules.order", ""}};
  Root root = tree.root();
  DiskFiles files{root, Settle::sync};
  std::string listing =
      "drwxr-xr-x 2 root root 0 Jan 1 1970 usr/lib/dracut/modules.txt\n-rwxr-xr-x 1 root root 1 "
      "Jan 1 1970 usr/sbin/vfirst\nusr/bin/sh\n";
  std::vector<std::string> notes;

  RunProcess run = [this](const auto&, std::string_view) -> Result<Ended> {
    return Ended{0, listing, {}};
  };
  ImageReport inspect() { return inspect_image(root, files, run); }
  std::string differences() {
    std::string out;
    for (const auto& one : inspect().differences)
      out += one.str() + "\n";
    return out;
  }
  std::string warnings() {
    std::string out;
    for (const auto& one : inspect().warnings)
      out += one.str() + "\n";
    return out;
  }
  void mend() {
    const auto done = mend_image(root, files, notes);
    INFO((done ? std::string() : done.error().what));
    REQUIRE(done);
  }
};

}  // namespace

TEST_CASE(
    "an image as a builder leaves it has no difference, and every kernel was looked at",
    "[facts][provisioning]") {
  Image image;
  CHECK(image.differences().empty());
  CHECK(image.warnings().empty());
  const auto report = image.inspect();
  REQUIRE(report.kernels.size() == 1);
  CHECK(report.kernels[0].release == "6.12.1");
  CHECK(report.kernels[0].initramfs == "boot/initrd.img-6.12.1");
}

TEST_CASE(
    "the mark that lets hosts provision themselves is missed, and left by seal alone",
    "[facts][provisioning]") {
  Image image;
  image.tree.remove(kSealedMark);
  CHECK(
      image.differences() ==
      "usr/lib/vfirst/sealed: is not there; hosts made from this image would not provision "
      "themselves\n");
  image.mend();
  CHECK(image.root.exists(kSealedMark));
  CHECK(image.differences() == "");
}

TEST_CASE("identity is seen and mended", "[facts][provisioning]") {
  Image image;
  image.tree.add(
      {{"etc/machine-id", "8f2d1c4ab0e9453f9d6c7e5a1b3f2d40\n"},
       {"var/lib/dbus/machine-id", "8f2d\n"},
       {"var/lib/systemd/random-seed", "r"}});
  CHECK(
      image.differences() ==
      "etc/machine-id: holds this machine's id (8f2d1c4ab0e9453f9d6c7e5a1b3f2d40); an image needs "
      "'uninitialized'\n"
      "var/lib/dbus/machine-id: holds one machine's id; without this file D-Bus uses systemd's\n"
      "var/lib/systemd/random-seed: would be the same on every machine\n");
  image.mend();
  CHECK(image.differences().empty());
  CHECK(image.tree.content("etc/machine-id") == "uninitialized\n");
  CHECK_FALSE(image.root.exists("var/lib/dbus/machine-id"));
}

TEST_CASE(
    "a machine-id that is empty or not there is mended, D-Bus's link to it stays",
    "[facts][provisioning]") {
  for (const bool there : {true, false}) {
    Image image;
    if (there)
      image.tree.add({{"etc/machine-id", ""}});
    else
      image.tree.remove("etc/machine-id");
    image.tree.add({{"var/lib/dbus/machine-id", "-> /etc/machine-id"}});
    CHECK(image.inspect().differences.size() == 1);
    image.mend();
    CHECK(image.differences().empty());
    CHECK(image.root.link("var/lib/dbus/machine-id"));
  }
}

TEST_CASE(
    "slots, journal, history and the stamp of a provisioned host are taken out",
    "[facts][provisioning][grub]") {
  Image image;
  image.tree.add(
      {{"boot/vfirst/a.cfg", "set vfirst_args=\"isolcpus=2-3\"\n"},
       {"boot/vfirst/journal", "vfirst-journal 1\nmade boot/vfirst/a.cfg\nend\n"},
       {"var/lib/vfirst/provisioned", "plan 0123\n"},
       {"var/lib/vfirst/history", "x\n"},
       {"boot/efi/EFI/vfirst/env", "x"}});
  CHECK(
      image.differences() ==
      "boot/vfirst: one machine's kernel arguments (a.cfg, journal)\n"
      "boot/efi/EFI/vfirst: one machine's choice of kernel arguments (env)\n"
      "var/lib/vfirst: one machine's history (history, provisioned)\n");
  image.mend();
  CHECK(image.differences().empty());
  for (const auto* path : {"boot/vfirst", "boot/efi/EFI/vfirst", "var/lib/vfirst"})
    CHECK_FALSE(image.root.exists(path));
  CHECK(image.tree.content("boot/grub/grub.cfg") == kGrub);
}

TEST_CASE(
    "our arguments leave the entries of a boot loader that has them there",
    "[facts][provisioning][kernel-arguments]") {
  Image image;
  const std::string entry =
      "title Debian\nversion 6.12.1\nlinux /vmlinuz-6.12.1\noptions root=UUID=1f ro\n";
  image.tree.remove("boot/grub/grub.cfg");
  image.tree.add("boot/EFI/systemd/systemd-bootx64.efi", "MZ");
  image.tree.add(
      {{"boot/loader/entries/debian-6.12.1.conf",
        "title Debian\nversion 6.12.1\nlinux /vmlinuz-6.12.1\nx-options-source-vfirst "
        "isolcpus=2-3\noptions root=UUID=1f ro isolcpus=2-3\n"},
       {"boot/vfirst/bls", "vfirst-bls 1\ngood p1 isolcpus=2-3\nend\n"}});
  CHECK(image.inspect().differences.size() == 2);
  image.mend();
  CHECK(image.tree.content("boot/loader/entries/debian-6.12.1.conf") == entry);
  CHECK(image.differences().empty());
}

TEST_CASE(
    "arguments that others wrote are named with file and line, and left alone",
    "[facts][provisioning][kernel-arguments]") {
  Image image;
  image.tree.add(
      {{"etc/default/grub.d/50-cloud.cfg",
        "# x\nGRUB_CMDLINE_LINUX_DEFAULT=\"isolcpus=2-3 console=ttyS0\"\n"},
       {"etc/kernel/cmdline", "root=UUID=1f nohz_full=2-3\n"}});
  const std::string told =
      "etc/kernel/cmdline:1: nohz_full=2-3 fits only one "
      "machine\netc/default/grub.d/50-cloud.cfg:2: "
      "isolcpus=2-3 fits only one machine\n";
  CHECK(image.differences() == told);
  image.mend();
  CHECK(image.differences() == told);
}

TEST_CASE(
    "a policy that would be refused is a difference, one that fits one host a warning",
    "[facts][provisioning][policy]") {
  Image image;
  image.tree.add({{"etc/vfirst/policy.d/60-bad.ini", "[cpu]\nisolat = yes\n"}});
  CHECK(
      image.differences() ==
      "etc/vfirst/policy.d: 60-bad.ini:2: unknown key 'isolat' in [cpu]; did you mean "
      "'isolate'?\n");
  image.tree.add({{"etc/vfirst/policy.d/60-bad.ini", "[cpu]\nreserved = 0-1\n"}});
  CHECK(image.differences().empty());
  CHECK(
      image.warnings() ==
      "60-bad.ini:2: [cpu] reserved = 0-1 fits only one model, and no [match] says which\n");
}

TEST_CASE(
    "a kernel without an initramfs and one that cannot be read are differences with a command",
    "[facts][provisioning]") {
  Image image;
  image.tree.add({{"boot/vmlinuz-6.13.0", "x"}, {"lib/modules/6.13.0/modules.order", ""}});
  auto differences = image.inspect().differences;
  REQUIRE(differences.size() == 1);
  CHECK(differences[0].str() == "lib/modules/6.13.0: this kernel has no initramfs");
  CHECK(
      differences[0].command == fmt::format(
                                    "chroot {} dracut --force --no-hostonly --no-hostonly-cmdline "
                                    "/boot/initrd.img-6.13.0 6.13.0",
                                    image.tree.path().string()));
  image.tree.remove("lib/modules/6.13.0");
  image.listing = "";
  CHECK(image.differences() == "boot/initrd.img-6.12.1: lsinitrd cannot read it: exit code 0\n");
}

TEST_CASE("the builder's own running kernel is not the image's", "[facts][provisioning]") {
  Image image;
  image.tree.add({{"proc/sys/kernel/osrelease", "5.10.0-builder\n"}});
  CHECK(image.inspect().kernels.size() == 1);
  CHECK(image.differences().empty());
}

TEST_CASE("the real module index decides which drivers are missed", "[facts][provisioning]") {
  Image image;
  image.tree.add("lib/modules/6.12.1/kernel/igb.ko", module_object({"license=GPL"}));
  image.tree.add("lib/modules/6.12.1/modules.builtin", "kernel/drivers/vfio/pci/vfio-pci.ko\n");
  REQUIRE(run_depmod(image.tree, "6.12.1"));
  CHECK(
      image.differences() == "boot/initrd.img-6.12.1: lacks drivers that early boot needs: igb\n");
  image.tree.add({{"etc/dracut.conf.d/90-omit.conf", "omit_drivers+=\" igb \"\n"}});
  CHECK(image.differences().empty());
  CHECK(
      image.warnings() ==
      "etc/dracut.conf.d/90-omit.conf: omit_drivers leaves igb out of boot/initrd.img-6.12.1\n");
}

TEST_CASE("seal looks for ice's DDP package in the image", "[facts][provisioning]") {
  Image image;
  image.tree.add("lib/modules/6.12.1/kernel/ice.ko", module_object({"license=GPL"}));
  REQUIRE(run_depmod(image.tree, "6.12.1"));
  CHECK(
      image.warnings() ==
      "lib/firmware/intel/ice/ddp: has no DDP package for ice: Intel E800 cards start in Safe "
      "Mode, without VFs\n");
  image.tree.add({{"lib/firmware/6.12.1/intel/ice/ddp/ice.pkg.zst", "x"}});
  CHECK(image.warnings().empty());
}

TEST_CASE("an argument inside the initramfs is found", "[facts][provisioning][kernel-arguments]") {
  Image image;
  image.listing += "dracut cmdline:\nisolcpus=2-3\n";
  CHECK(image.differences() == "boot/initrd.img-6.12.1: isolcpus=2-3 fits only one machine\n");
}

TEST_CASE(
    "a system that runs is told from an image, in a chroot and outside of one",
    "[facts][provisioning]") {
  TempTree tree, other;
  const auto running = [&] { return is_running_system(tree.root()); };
  CHECK_FALSE(running());
  tree.add({{"run/systemd/system/", ""}});
  CHECK(running());
  // a chroot with the host's /proc and /run in it
  tree.add({{"proc/1/root", "-> " + other.path().string()}});
  CHECK_FALSE(running());
  tree.add({{"proc/1/root", "-> ../.."}});
  CHECK(running());
  // a machine or a container without systemd
  tree.remove("run");
  CHECK(running());
}

TEST_CASE("sealing a sealed image writes nothing", "[facts][provisioning]") {
  Image image;
  image.tree.add({{"var/lib/vfirst/history", "x\n"}});
  image.mend();
  const auto before = std::filesystem::last_write_time(image.tree.path() / "etc");
  image.mend();
  CHECK(std::filesystem::last_write_time(image.tree.path() / "etc") == before);
  CHECK(image.notes.empty());
}

TEST_CASE(
    "an image whose journal names a file that is not ours is refused, and nothing changes",
    "[facts][provisioning]") {
  Image image;
  image.tree.add(
      {{"etc/machine-id", "8f2d1c4ab0e9453f9d6c7e5a1b3f2d40\n"},
       {"etc/shadow", "root:*\n"},
       {"boot/vfirst/before/etc-shadow", "root::\n"},
       {"boot/vfirst/journal",
        "vfirst-journal 1\nreplaced etc/shadow boot/vfirst/before/etc-shadow 0\nend\n"},
       {"var/lib/vfirst/history", "x\n"}});
  CHECK(
      mend_image(image.root, image.files, image.notes).error() ==
      refuse("boot/vfirst/journal: names etc/shadow, which is no file that vfirst changes")
          .error());
  CHECK(image.tree.content("etc/shadow") == "root:*\n");
  CHECK(image.tree.content("var/lib/vfirst/history") == "x\n");
  CHECK(image.tree.content("etc/machine-id").starts_with("8f2d"));
}

TEST_CASE(
    "a folder of ours that is a link goes as a link, and what it leads to stays",
    "[facts][provisioning]") {
  Image image;
  image.tree.add(
      {{"var/lib/vfirst", "-> /etc/vfirst"},
       {"boot/efi/EFI/vfirst", "-> ../../../grub"},
       {"boot/vfirst", "-> grub"},
       {"boot/grub/d/x", "x\n"}});
  image.mend();
  CHECK(
      image.tree.content("etc/vfirst/policy.d/50-host.ini") ==
      "[cpu]\nreserved-cores-per-node = 1\n");
  CHECK(image.tree.content("boot/grub/grub.cfg") == kGrub);
  CHECK(image.tree.content("boot/grub/d/x") == "x\n");
  for (const auto* path : {"var/lib/vfirst", "boot/efi/EFI/vfirst", "boot/vfirst"})
    CHECK_FALSE(image.root.link(path));
}
