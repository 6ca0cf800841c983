// SPDX-License-Identifier: GPL-2.0-or-later
#include "image/initramfs.hpp"

#include "base/text.hpp"

#include "unit/tree.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <fstream>

using namespace vfirst;

namespace {

// As lsinitrd prints it.
const std::string kHead =
    "Image: boot/initrd.img-6.12.1: 40M\n========\nVersion: dracut-106\n\nArguments: "
    "--force\ndracut modules:\nsystemd\nvfirst\n========\n";

std::string line(const std::string& name) {
  return "-rw-r--r--   1 root     root       123456 Jan  1  1970 " + name + "\n";
}

std::string module_line(const std::string& name, const std::string& suffix = ".xz") {
  return line("usr/lib/modules/6.12.1/kernel/drivers/x/" + name + ".ko" + suffix);
}

std::string listing(std::initializer_list<std::string_view> without = {}) {
  std::string out = kHead + line("usr/lib/dracut/modules.txt") + line("usr/sbin/vfirst") +
                    "lrwxrwxrwx   1 root     root            7 Jan  1  1970 sbin -> usr/sbin\n";
  const auto add = [&](std::string_view name) {
    if (std::ranges::find(without, name) == without.end()) out += module_line(std::string(name));
  };
  for (const auto& name : early_boot_drivers())
    add(name);
  for (const auto& name : kDiskDrivers)
    add(name);
  return out;
}

Kernel kernel() {
  Kernel out;
  out.release = "6.12.1";
  for (const auto& name : early_boot_drivers())
    out.modules[std::string(name)] = ModuleState::loadable;
  for (const auto& name : kDiskDrivers)
    out.modules[std::string(name)] = ModuleState::loadable;
  return out;
}

std::string judged(
    const std::string& text, const Kernel& of = kernel(), const Omitted& omitted = {}) {
  std::string out;
  for (const auto& one :
       judge_initramfs("boot/i", Initramfs::parse(text), of, omitted, "dracut -f"))
    out += (one.warning ? "warning " : "") + one.str() + "\n";
  return out;
}

}  // namespace

TEST_CASE("a generic initramfs with vfirst and every driver has no difference", "[provisioning]") {
  CHECK(judged(listing()).empty());
}

TEST_CASE("an initramfs made for its builder says so itself", "[provisioning]") {
  CHECK(
      judged(
          listing() + line("usr/lib/dracut/hostonly-files") +
          line("etc/cmdline.d/95root-dev.conf")) ==
      "boot/i: was built only for the machine that made it (usr/lib/dracut/hostonly-files, "
      "etc/cmdline.d/95root-dev.conf)\n");
}

TEST_CASE("what a generic initramfs may store is no sign of a host", "[provisioning]") {
  CHECK(judged(
            listing() + line("etc/cmdline.d/base.conf") + line("etc/cmdline.d/01-default.conf") +
            line("etc/machine-id"))
            .empty());
}

TEST_CASE(
    "an initramfs without other machines' disks is named even where no file tells",
    "[provisioning]") {
  CHECK(
      judged(listing({"megaraid_sas", "virtio_blk"})) ==
      "boot/i: lacks drivers of other machines' disks: virtio_blk megaraid_sas\n");
}

TEST_CASE("a missing program and missing drivers are a line each", "[provisioning]") {
  auto text = listing({"vfio-pci", "ice"});
  text.erase(text.find(line("usr/sbin/vfirst")), line("usr/sbin/vfirst").size());
  CHECK(
      judged(text) ==
      "boot/i: does not contain vfirst, so VFs come only after the initramfs\nboot/i: lacks "
      "drivers that "
      "early boot needs: vfio-pci ice\n");
}

TEST_CASE("a driver that the kernel has built in, or not at all, is not missed", "[provisioning]") {
  auto of = kernel();
  of.modules["vfio-pci"] = ModuleState::builtin;
  of.modules["ice"] = ModuleState::missing;
  CHECK(judged(listing({"vfio-pci", "ice"}), of).empty());
}

TEST_CASE(
    "a driver that dracut's configuration leaves out is a warning with the file's name",
    "[provisioning]") {
  CHECK(
      judged(listing({"igb"}), kernel(), {{"igb", "etc/dracut.conf.d/90-omit.conf"}}) ==
      "warning etc/dracut.conf.d/90-omit.conf: omit_drivers leaves igb out of boot/i\n");
  CHECK(judged(listing(), kernel(), {{"floppy", "etc/dracut.conf.d/90-omit.conf"}}).empty());
}

TEST_CASE(
    "names are read from plain lists, from squashed images and with any compression's suffix",
    "[provisioning]") {
  const auto plain = Initramfs::parse(
      "usr/lib/modules/6.1/kernel/vfio-pci.ko\nusr/lib/modules/6.1/kernel/"
      "igb.ko.zst\nsquashfs-root/usr/sbin/vfirst\nusr/lib/a.kofi\n");
  CHECK(plain.modules == std::vector<std::string>{"igb", "vfio_pci"});
  CHECK(plain.vfirst);
  CHECK_FALSE(plain.dracut);
  CHECK(plain.has("vfio_pci"));
  CHECK(plain.has("vfio-pci"));
}

TEST_CASE(
    "both initramfs generators install the drivers of the build's list and name none",
    "[provisioning]") {
  for (const auto* script : {"50vfirst/module-setup.sh", "initramfs-tools/hook"}) {
    INFO(script);
    std::ifstream file(std::string(VFIRST_TESTS_DIR) + "/../dracut/" + script);
    std::string text;
    for (std::string line; std::getline(file, line);)
      if (!trimmed(line).starts_with('#')) text += line + '\n';
    CHECK(text.find("/usr/share/vfirst/early-drivers") != std::string::npos);
    for (const auto& driver : early_boot_drivers())
      CHECK(text.find(" " + driver + " ") == std::string::npos);
  }
}

TEST_CASE("an initramfs is found where each distribution puts it", "[provisioning]") {
  for (const std::string path :
       {"boot/initrd.img-6.1", "boot/initramfs-6.1.img", "boot/initrd-6.1",
        "usr/lib/modules/6.1/initramfs.img", "boot/debian/6.1/initrd",
        "boot/efi/0123456789/6.1/initrd", "efi/EFI/Linux/debian-6.1.efi"}) {
    test::TempTree tree{{path, "x"}};
    CHECK(initramfs_path(tree.root(), "6.1") == path);
    CHECK(initramfs_path(tree.root(), "6.2").empty());
  }
}

TEST_CASE(
    "lsinitramfs is asked where there is no lsinitrd, and its failure is told in its own words",
    "[provisioning]") {
  test::TempTree tree;
  const auto root = tree.root();
  const auto none = [](const auto& argv, auto) -> Result<Ended> {
    return failed(ENOENT, "{}", argv[0]);
  };
  CHECK(
      list_initramfs(root, "boot/i", none).error().what ==
      "cannot be inspected: neither lsinitrd nor lsinitramfs is installed");
  const auto second = [&](const auto& argv, auto) -> Result<Ended> {
    if (argv[0] == "lsinitrd") return failed(ENOENT, "no");
    CHECK(argv[1] == (tree.path() / "boot/i").string());
    return Ended{0, "usr/bin/sh\n", {}};
  };
  CHECK(list_initramfs(root, "boot/i", second).value() == "usr/bin/sh\n");
  const auto broken = [](const auto&, auto) -> Result<Ended> {
    return Ended{1, "Image: x\n", "Need 'zstd' to unpack the initramfs.\nmore\n"};
  };
  CHECK(
      list_initramfs(root, "boot/i", broken).error().what ==
      "lsinitrd cannot read it: Need 'zstd' to unpack the initramfs.");
}

TEST_CASE("an initramfs that has ice has its DDP package as well", "[provisioning]") {
  const std::string in_image = "lib/firmware/intel/ice/ddp/ice.pkg.xz";
  const auto lacks = [](const std::string& text, const Kernel& of, const std::string& package) {
    const auto found =
        judge_ice_package("boot/i", Initramfs::parse(text), of, package, "dracut -f");
    return found ? (found->warning ? "warning " : "") + found->str() : std::string();
  };
  const std::string without =
      "boot/i: has ice without its DDP package (lib/firmware/intel/ice/ddp/ice.pkg.xz), and so "
      "without VFs";
  CHECK(lacks(listing(), kernel(), in_image) == without);
  for (const auto* file :
       {"usr/lib/firmware/intel/ice/ddp/ice.pkg.xz", "lib/firmware/updates/intel/ice/ddp/ice.pkg",
        "usr/lib/firmware/intel/ice/ddp/ice-b49691ffffa00010.pkg.zst"})
    CHECK(lacks(listing() + line(file), kernel(), in_image).empty());
  for (const auto* file :
       {"usr/lib/firmware/intel/ice/ddp/README", "usr/lib/firmware/intel/ice/ddp-comms/ice.pkg",
        "usr/lib/firmware/ice.pkg"})
    CHECK(lacks(listing() + line(file), kernel(), in_image) == without);
  CHECK(lacks(listing({"ice"}), kernel(), in_image).empty());
  CHECK(
      lacks(listing(), kernel(), "") ==
      "warning lib/firmware/intel/ice/ddp: has no DDP package for ice: Intel E800 cards start in "
      "Safe Mode, without VFs");
  auto none = kernel();
  none.modules["ice"] = ModuleState::missing;
  CHECK(lacks(listing(), none, "").empty());
  auto builtin = kernel();
  builtin.modules["ice"] = ModuleState::builtin;
  CHECK(lacks(listing({"ice"}), builtin, in_image) == without);
}
