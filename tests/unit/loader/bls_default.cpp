// SPDX-License-Identifier: GPL-2.0-or-later
// Which entry systemd-boot takes when nobody chooses. tests/bls/shapes asks systemd-boot itself.
#include "loader/bls_default.hpp"

#include "loader/efi_variable.hpp"
#include "loader/next_boot.hpp"
#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using vfirst::test::TempTree;

namespace {

constexpr auto kOld = "boot/efi/loader/entries/old-6.1.conf",
               kNew = "boot/efi/loader/entries/new-6.12.conf",
               kConfig = "boot/efi/loader/loader.conf";

TempTree two_entries() {
  return {
      {"boot/efi/vmlinuz", ""},
      {kOld, "linux /vmlinuz\noptions root=UUID=1f old\n"},
      {kNew, "linux /vmlinuz\noptions root=UUID=1f new\n"}};
}

void set_variable(TempTree& tree, std::string_view name, std::string_view value) {
  std::string bytes("\7\0\0\0", 4);
  for (const char c : value)
    bytes += {c, '\0'};
  tree.add(efi_path(name, kLoaderGuid), bytes + std::string(2, '\0'));
}

BootFacts systemd_boot() {
  BootFacts boot;
  boot.loader = Loader::systemd_boot;
  boot.esp = "boot/efi";
  boot.entry_folders = {"boot/efi/loader/entries"};
  return boot;
}

// The path of the entry, or why it is not known.
std::string boots(const TempTree& tree) {
  const auto root = tree.root();
  const RootReader files(root);
  const auto menu = BlsMenu::read(files, systemd_boot());
  if (!menu) return menu.error().what;
  const auto item = default_entry(files, *menu);
  return item ? (*item)->path : item.error().what;
}

std::string line(const TempTree& tree) {
  const auto root = tree.root();
  const auto next = bls_next_line(RootReader(root), systemd_boot());
  return next ? next->cmdline : next.error().what;
}

}  // namespace

TEST_CASE(
    "the first pattern that selects an entry counts, not the first one that is set", "[bls]") {
  auto tree = two_entries();
  CHECK(boots(tree) == kOld);
  tree.add(kConfig, "default old*\ndefault new*\n");
  CHECK(boots(tree) == kNew);
  set_variable(tree, "LoaderEntryDefault", "OLD-6.1.conf");
  CHECK(boots(tree) == kOld);
  set_variable(tree, "LoaderEntryDefault", "gone-5.conf");
  CHECK(boots(tree) == kNew);
}

TEST_CASE(
    "systemd-boot passes over an entry whose kernel is not there; a tree without any kernel does "
    "not say that",
    "[bls]") {
  auto tree = two_entries();
  tree.add(kConfig, "default new*\n");
  tree.add(kNew, "linux /gone\noptions new\n");
  CHECK(boots(tree) == kOld);
  // Neither capitals nor backslashes nor a missing slash are another file.
  tree.add(kNew, "linux \\\\Kernels//VMLINUZ\noptions new\n");
  tree.add("boot/efi/kernels/vmlinuz", "");
  CHECK(boots(tree) == kNew);
  tree.add(kNew, "linux kernels/vmlinuz\noptions new\n");
  CHECK(boots(tree) == kNew);
  TempTree captured{{kOld, "linux /vmlinuz\noptions old\n"}};
  CHECK(boots(captured) == kOld);
}

TEST_CASE("systemd-boot passes over an entry for another architecture than its own", "[bls]") {
  auto tree = two_entries();
  tree.add(kOld, "linux /vmlinuz\narchitecture AA64\noptions old\n");
  CHECK(boots(tree) == kOld);
  tree.add("boot/efi/EFI/BOOT/BOOTX64.EFI", "");
  tree.add("boot/efi/EFI/systemd/systemd-bootx64.efi", "");
  CHECK(boots(tree) == kNew);
  tree.add("boot/efi/EFI/BOOT/BOOTAA64.EFI", "");
  CHECK(boots(tree) == kOld);
}

TEST_CASE("which entry boots is not known where a unified kernel image may boot instead", "[bls]") {
  const std::string image = "boot/efi/EFI/Linux/debian-13.efi",
                    may = image +
                          ": a unified kernel image, which may boot by default; name an entry in "
                          "boot/efi/loader/loader.conf, or use --no-trial";
  auto tree = two_entries();
  tree.add(image, "");
  CHECK(boots(tree) == may);
  tree.add(kConfig, "default debian-*\n");
  CHECK(boots(tree) == may);
  tree.add(kConfig, "default new-*\n");
  CHECK(boots(tree) == kNew);
  // One that failed comes last.
  auto failed = two_entries();
  failed.add("boot/efi/EFI/Linux/debian-13+0-3.EFI", "");
  CHECK(boots(failed) == kOld);
}

TEST_CASE("where releases of systemd-boot differ, the one that runs decides, or nothing", "[bls]") {
  auto tree = two_entries();
  tree.add(kConfig, "default old*\npreferred new*\n");
  CHECK(
      boots(tree) == fmt::format(
                         "{} or {} boots by default: releases of systemd-boot differ; use "
                         "--no-trial",
                         kNew, kOld));
  set_variable(tree, "LoaderInfo", "systemd-boot 257.13-1~deb13u1");
  CHECK(boots(tree) == kOld);
  set_variable(tree, "LoaderInfo", "systemd-boot 258");
  CHECK(boots(tree) == kNew);

  // Whether the counter belongs to the name does not stand in the number of a release.
  TempTree counted{
      {"boot/efi/loader/entries/a-1+3.conf", "linux /v\noptions a\n"},
      {"boot/efi/loader/entries/b-1.conf", "linux /v\noptions b\n"},
      {kConfig, "default a-1.conf\n"}};
  CHECK(boots(counted).ends_with(": releases of systemd-boot differ; use --no-trial"));
  counted.add(kConfig, "default a-*\n");
  CHECK(boots(counted) == "boot/efi/loader/entries/a-1+3.conf");
}

TEST_CASE("what was tried too often is not preferred, but may be the default", "[bls]") {
  TempTree tree{
      {"boot/efi/loader/entries/a+0-3.conf", "linux /v\noptions a\n"},
      {"boot/efi/loader/entries/b.conf", "linux /v\noptions b\n"},
      {kConfig, "preferred a*\n"}};
  set_variable(tree, "LoaderInfo", "systemd-boot 260");
  CHECK(boots(tree) == "boot/efi/loader/entries/b.conf");
  tree.add(kConfig, "default a*\n");
  CHECK(boots(tree) == "boot/efi/loader/entries/a+0-3.conf");
}

TEST_CASE("of one name with a counter and without it, the next one is not known", "[bls]") {
  TempTree tree{
      {"boot/efi/loader/entries/a+2.conf", "linux /v\noptions a\n"},
      {"boot/efi/loader/entries/a.conf", "linux /v\noptions b\n"}};
  CHECK(boots(tree).ends_with(": they have the same name but for the counter; use --no-trial"));
}

TEST_CASE("systemd-boot names the initrds before the options", "[bls][kernel-arguments]") {
  auto tree = two_entries();
  tree.add(
      kOld,
      "linux /vmlinuz\ninitrd /debian//ucode.img\noptions root=UUID=1f  ro\n"
      "initrd Debian/initrd.img\n");
  CHECK(line(tree) == "initrd=\\debian\\ucode.img initrd=Debian\\initrd.img root=UUID=1f  ro");
  tree.add(kOld, "linux /vmlinuz\noptions \" root=UUID=1f \"\noptions ro\n");
  CHECK(line(tree) == " root=UUID=1f  ro");
  tree.add(kOld, "linux /vmlinuz\noptions 'root=UUID=1f ro'\n");
  CHECK(
      line(tree) == std::string(kOld) +
                        ": its options stand in single quotes, which only later releases of "
                        "systemd-boot take away");
}
