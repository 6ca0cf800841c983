// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/closed_set.hpp"

#include "bootloader/journal.hpp"
#include "crash/crashing_files.hpp"
#include "host/own_paths.hpp"
#include "loader/bls_state.hpp"
#include "unit/tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using vfirst::test::CrashingFiles;
using vfirst::test::TempTree;
using Disk = CrashingFiles::Disk;

TEST_CASE("GRUB's files are a closed set", "[trial][grub]") {
  for (const auto* path :
       {"boot/vfirst/env", "boot/vfirst/a.cfg", "boot/vfirst/b.cfg", "boot/efi/EFI/vfirst/env",
        "efi/EFI/vfirst/env", "boot/EFI/vfirst/env", "boot/grub/grub.cfg", "boot/grub2/grub.cfg",
        "etc/default/grub", "etc/default/grub.d/50-cloud.cfg"})
    CHECK(is_grub_file(path));
  for (const auto* path :
       {"", "/etc/default/grub", "etc/passwd", "../etc/default/grub", "etc/default/grub.d/../x.cfg",
        "etc/default/grub.d/a/b.cfg", "etc/default/grub.d/.cfg", "etc/default/grub.d/x.cfg/",
        "etc/default/grub.d/a b.cfg", "etc/default/grub.d/x.sh", "etc/default/grub.d.cfg",
        "boot/vfirst/../grub/x.cfg", "boot/vfirst/c.cfg", "boot/grub/grub.cfg/", "EFI/vfirst/env",
        "boot/./grub/grub.cfg", "boot//grub/grub.cfg"})
    CHECK_FALSE(is_grub_file(path));
}

TEST_CASE("an entry loader's files are a closed set", "[trial]") {
  for (const auto* path :
       {"etc/kernel/cmdline", "boot/loader/entries/fedora-6.12.conf",
        "boot/efi/loader/entries/debian+3-0.conf", "efi/loader/entries/x.conf"})
    CHECK(is_entry_file(path));
  for (const auto* path :
       {"etc/passwd", "etc/kernel/cmdline.d", "boot/loader/entries/../../x.conf",
        "boot/loader/entries/d/x.conf", "boot/loader/entries/.conf", "boot/loader/loader.conf",
        "/boot/loader/entries/x.conf"})
    CHECK_FALSE(is_entry_file(path));
}

TEST_CASE(
    "a journal that names another file, or another copy, is refused, and both are named",
    "[trial]") {
  Journal journal;
  journal.note("boot/vfirst/env");
  journal.note("etc/default/grub", "boot/vfirst/before/etc-default-grub", "0123");
  CHECK(check_paths(journal));
  auto file = journal;
  file.note("etc/shadow", "boot/vfirst/before/etc-shadow", "0123");
  CHECK(
      check_paths(file).error().what ==
      "boot/vfirst/journal: names etc/shadow, which is no file that vfirst changes");
  auto copy = journal;
  copy.note("boot/grub/grub.cfg", "etc/shadow", "0123");
  CHECK(
      check_paths(copy).error() ==
      refuse("boot/vfirst/journal: names etc/shadow for a copy of boot/grub/grub.cfg").error());
}

TEST_CASE(
    "an entry loader's state that names another file, or another copy, is refused", "[trial]") {
  BlsState state;
  state.files = {
      {"boot/loader/entries/x.conf", "boot/vfirst/before/x.conf", false},
      {"etc/kernel/cmdline", "boot/vfirst/before/kernel-cmdline", true}};
  CHECK(check_paths(state));
  auto file = state;
  file.files[0].path = "etc/x.conf";
  CHECK(
      check_paths(file).error().what ==
      "boot/vfirst/bls: names etc/x.conf, which is no file that vfirst changes");
  auto copy = state;
  copy.files[1].copy = "etc/shadow";
  CHECK(
      check_paths(copy).error() ==
      refuse("boot/vfirst/bls: names etc/shadow for a copy of etc/kernel/cmdline").error());
}

TEST_CASE(
    "records are checked where they can be read, the copy where the journal cannot", "[trial]") {
  const std::string hostile =
      "vfirst-journal 1\nreplaced etc/shadow boot/vfirst/before/etc-shadow 0123\nend\n";
  CHECK(check_records(CrashingFiles(Disk{})));
  CHECK_FALSE(check_records(CrashingFiles(Disk{{std::string(kJournal), hostile}})));
  CHECK_FALSE(check_records(CrashingFiles(
      Disk{{std::string(kJournal), "damaged"}, {std::string(kJournalCopy), hostile}})));
  CHECK_FALSE(check_records(CrashingFiles(Disk{
      {std::string(kBlsState),
       "vfirst-bls 1\ngood - \nchanged etc/shadow boot/vfirst/before/shadow\nend\n"}})));
}

TEST_CASE(
    "a link to a loader's file stays a link: the file behind it is written and given back",
    "[trial]") {
  TempTree tree{{"srv/grub", "old\n"}, {"etc/default/grub", "-> /srv/grub"}};
  const auto root = tree.root();
  DiskFiles files(root, Settle::sync);
  Journal journal;
  REQUIRE(replace_file(files, "etc/default/grub", "new\n", journal));
  CHECK(root.link("etc/default/grub") == "/srv/grub");
  CHECK(tree.content("srv/grub") == "new\n");
  REQUIRE(journal.entries.size() == 1);
  CHECK(check_paths(journal));
  CHECK(restore_file(files, journal.entries[0]) == true);
  CHECK(root.link("etc/default/grub") == "/srv/grub");
  CHECK(tree.content("srv/grub") == "old\n");
}
