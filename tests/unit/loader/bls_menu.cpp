// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/bls_menu.hpp"

#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using vfirst::test::TempTree;

namespace {

constexpr auto kEntry = "title one\nlinux /vmlinuz\noptions root=UUID=1f ro\n";

BootFacts bls_boot() {
  BootFacts boot;
  boot.loader = Loader::grub_bls;
  return boot;
}

}  // namespace

TEST_CASE(
    "a directory and a link that leads nowhere among the entries are passed over and named",
    "[bls]") {
  TempTree tree{
      {"boot/loader/entries/one.conf", kEntry},
      {"boot/loader/entries/old.conf/", ""},
      {"boot/loader/entries/gone.conf", "-> ../../no-such-file"},
      {"boot/loader/entries/round.conf", "-> round.conf"}};
  const auto menu = BlsMenu::read(RootReader(tree.root()), bls_boot());
  REQUIRE(menu);
  REQUIRE(menu->items.size() == 1);
  CHECK(menu->items.front().path == "boot/loader/entries/one.conf");
  CHECK(
      menu->notes ==
      std::vector<std::string>{
          "boot/loader/entries/gone.conf: not a file that can be read: passed over",
          "boot/loader/entries/old.conf: not a file that can be read: passed over",
          "boot/loader/entries/round.conf: not a file that can be read: passed over"});
}

TEST_CASE(
    "a folder whose only entry is a directory has none: the next folder is looked at", "[bls]") {
  TempTree tree{{"boot/loader/entries/old.conf/", ""}, {"efi/loader/entries/one.conf", kEntry}};
  const auto menu = BlsMenu::read(RootReader(tree.root()), bls_boot());
  REQUIRE(menu);
  CHECK(menu->folder == "efi/loader/entries");
  TempTree none{{"boot/loader/entries/old.conf/", ""}};
  CHECK_FALSE(BlsMenu::read(RootReader(none.root()), bls_boot()));
}

TEST_CASE(
    "an entry for repair is known by its name, its version, its title and its options", "[bls]") {
  const auto rescue = [](const std::string& name, const std::string& text) {
    TempTree tree{{"boot/loader/entries/" + name, text}};
    const auto menu = BlsMenu::read(RootReader(tree.root()), bls_boot());
    REQUIRE(menu);
    return menu->items.front().left_alone == kRescue;
  };
  CHECK_FALSE(rescue("one.conf", kEntry));
  CHECK(rescue("0-rescue-1.conf", kEntry));
  CHECK(rescue("one.conf", "version 0-rescue-1\nlinux /v\noptions ro\n"));
  CHECK(rescue("one.conf", "title Arch (Rescue)\nlinux /v\noptions ro\n"));
  for (const std::string word :
       {"single", "1", "emergency", "systemd.unit=rescue.target", "recovery"})
    CHECK(rescue("one.conf", "linux /v\noptions ro " + word + "\n"));
}
