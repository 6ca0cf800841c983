// SPDX-License-Identifier: GPL-2.0-or-later
#include "bls_hosts.hpp"

#include "loader/efi_variable.hpp"
#include "plan/legacy.hpp"
#include "unit/plan/machine.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

const std::string kFolder = "boot/efi/loader/entries/";
const std::string kDefault = kMachine + "-6.12.48+deb13-amd64";
const std::string kCounted = kFolder + kDefault + "-vfirst+1.conf",
                  kTaken = kFolder + kDefault + "-vfirst+0-1.conf",
                  kBlessed = kFolder + kDefault + "-vfirst.conf";

BlsHost trying() {
  auto host = debian_systemd_boot();
  host.options.trial = true;
  host.options.trial_only = "panic=30 vfirst.trial=p1";
  return host;
}

void rename(BlsHost& host, const std::string& from, const std::string& to) {
  auto node = host.files.disk.extract(from);
  REQUIRE(!node.empty());
  node.key() = to;
  host.files.disk.insert(std::move(node));
}

// as systemd-boot does: counted down, then booted
void boot_trial(BlsHost& host) {
  rename(host, kCounted, kTaken);
  host.boot.cmdline = given(host, kTaken);
}

std::string efi(std::string_view text) {
  std::string out(4, '\x06');
  for (const char c : text)
    (out += c) += '\0';
  return out + std::string(2, '\0');
}

std::vector<BlsItem> items(const BlsHost& host) {
  return BlsMenu::read(host.files, host.boot)->items;
}

}  // namespace

TEST_CASE(
    "a trial is one entry more, first in systemd-boot's order until it was taken; the others keep "
    "their bytes",
    "[bls][trial]") {
  auto host = trying();
  const auto before = host.files.disk;
  const auto done = host.apply("one two");
  if (!done) FAIL(done.error().what);
  CHECK(done->changed);
  for (const auto& [path, text] : before)
    CHECK(host.at(path) == text);
  CHECK(
      given(host, kCounted) ==
      "root=UUID=1f ro quiet systemd.machine_id=" + kMachine + " one two panic=30 vfirst.trial=p1");
  CHECK(default_item(items(host), "")->path == kCounted);
  CHECK(default_item(items(host), kMachine + "-*")->path == kCounted);
  const auto state = *host.backend().state();
  CHECK(state.trial == Trial::armed);
  CHECK(state.trial_plan == "p1");
  CHECK(state.trial_arguments == "one two");
  CHECK(state.next == "one two");
  CHECK(state.next_place == kCounted);
  CHECK(state.good == "");
  CHECK(!host.files.unsettled.contains(kCounted));
  const int writes = host.files.writes;
  CHECK(!host.apply("one two")->wrote);
  CHECK(host.files.writes == writes);
  boot_trial(host);
  CHECK(default_item(items(host), kMachine + "-*")->path == kFolder + kDefault + ".conf");
}

TEST_CASE(
    "a trial that is confirmed stands in every entry without the trial's own arguments, and its "
    "entry is gone",
    "[bls][trial][kernel-arguments]") {
  for (const bool blessed : {false, true}) {
    auto host = trying();
    const auto original = host.files.disk;
    REQUIRE(host.apply("one two"));
    boot_trial(host);
    // systemd-bless-boot came first
    if (blessed) rename(host, kTaken, kBlessed);
    CHECK(host.backend().state()->trial == Trial::running);
    CHECK(host.backend().state()->next == "");
    const auto done = host.backend().confirm();
    if (!done) FAIL(done.error().what);
    CHECK(done->after == "one two");
    CHECK(!done->reboot_needed);
    CHECK(BlsMenu::read(host.files, host.boot)->trial() == nullptr);
    CHECK(
        given(host, kFolder + kDefault + ".conf") ==
        "root=UUID=1f ro quiet systemd.machine_id=" + kMachine + " one two");
    CHECK(host.backend().state()->trial == Trial::none);
    CHECK(host.backend().state()->good == "one two");
    const int writes = host.files.writes;
    const auto again = host.backend().confirm();
    REQUIRE(again);
    CHECK(!again->wrote);
    CHECK(!host.apply("one two")->wrote);
    CHECK(host.files.writes == writes);
    CHECK(host.backend().rollback()->after == "");
    REQUIRE(host.backend().remove(false));
    CHECK(host.files.disk == original);
  }
}

TEST_CASE(
    "a trial that nobody confirmed is known for failed, and its plan is not tried again without "
    "force",
    "[bls][trial]") {
  auto host = trying();
  REQUIRE(host.apply("one two"));
  boot_trial(host);
  // it panicked; this is the boot after it
  host.boot.cmdline = "root=UUID=1f ro quiet";
  auto state = *host.backend().state();
  CHECK(state.trial == Trial::failed);
  CHECK(state.trial_plan == "p1");
  CHECK(state.next == "");
  CHECK_WORDS(
      host.backend().confirm().error().what == "this is not a trial boot; nothing to confirm");
  const auto refused = host.apply("one two");
  REQUIRE(!refused);
  CHECK(refused.error().code == std::errc::operation_not_supported);
  CHECK_WORDS(
      refused.error().what ==
      "plan p1 failed its trial: that boot was not confirmed. Change the policy, or use --force to "
      "try it again");
  // Another plan may, and the first stays refused, also once the failed entry is gone.
  host.options.plan = "p2";
  host.options.trial_only = "panic=30 vfirst.trial=p2";
  REQUIRE(host.apply("three"));
  CHECK(host.backend().state()->trial == Trial::armed);
  CHECK(!host.files.exists(kTaken));
  REQUIRE(host.backend().rollback());
  host.options.plan = "p1";
  host.options.trial_only = "panic=30 vfirst.trial=p1";
  CHECK(!host.apply("one two"));
  host.options.force = true;
  REQUIRE(host.apply("one two"));
  CHECK(host.backend().state()->trial == Trial::armed);
}

TEST_CASE(
    "a rollback takes an armed trial out, and the arguments that were good stay",
    "[bls][trial][kernel-arguments]") {
  auto host = trying();
  host.options.trial = false;
  REQUIRE(host.apply("good=1"));
  const auto disk = host.files.disk;
  host.options.trial = true;
  host.options.plan = "p2";
  host.options.trial_only = "vfirst.trial=p2";
  REQUIRE(host.apply("two"));
  const auto done = host.backend().rollback();
  REQUIRE(done);
  CHECK(done->before == "two");
  CHECK(done->after == "good=1");
  CHECK(host.files.disk == disk);
}

TEST_CASE(
    "a confirm that a power cut stopped is finished in whatever boot comes next, and no failed "
    "trial",
    "[bls][trial][crash]") {
  auto host = trying();
  const auto original = host.files.disk;
  REQUIRE(host.apply("one two"));
  boot_trial(host);
  auto cut = host.files.disk;
  auto state = BlsState::parse(cut.at(std::string(kBlsState))).value();
  state.wanted = state.trial;
  host.files.disk[std::string(kBlsState)] = state.text();
  host.boot.cmdline = "root=UUID=1f ro quiet";
  CHECK(host.backend().state()->trial == Trial::none);
  CHECK_WORDS(
      host.backend().state()->damage ==
      std::vector<std::string>{"boot/vfirst/bls: a change was cut short; apply, confirm, "
                               "rollback or remove finishes it"});
  REQUIRE(host.backend().confirm());
  CHECK(host.backend().state()->good == "one two");
  CHECK(host.backend().state()->damage.empty());
  REQUIRE(host.backend().remove(false));
  CHECK(host.files.disk == original);
}

TEST_CASE("apply for good and remove both end a trial", "[bls][trial]") {
  auto host = trying();
  const auto original = host.files.disk;
  REQUIRE(host.apply("one"));
  REQUIRE(host.backend().remove(false));
  CHECK(host.files.disk == original);
  REQUIRE(host.apply("one"));
  host.options.trial = false;
  REQUIRE(host.apply("one"));
  CHECK(host.backend().state()->trial == Trial::none);
  CHECK(host.backend().state()->next == "one");
}

TEST_CASE(
    "a trial is refused, with the reason, where systemd-boot would not take it once",
    "[bls][trial]") {
  const auto why = [](BlsHost host) {
    const auto refused = host.apply("one");
    REQUIRE(!refused);
    CHECK(refused.error().code == std::errc::operation_not_supported);
    CHECK(host.files.writes == 0);
    CHECK_WORDS(refused.error().what.find("--no-trial") != std::string::npos);
    host.options.trial = false;
    CHECK(host.apply("one"));
    return refused.error().what.substr(0, refused.error().what.find(':'));
  };
  auto pinned = trying();
  pinned.files.disk["boot/efi/loader/loader.conf"] = "default " + kDefault + ".conf\n";
  CHECK_WORDS(
      why(std::move(pinned)) == "boot/efi/loader/loader.conf pins " + kDefault +
                                    ".conf, so systemd-boot would pass over the trial's entry; "
                                    "take the pin out, or use --no-trial");
  auto saved = trying();
  saved.files.disk["boot/efi/loader/loader.conf"] = "default @saved\n";
  CHECK_WORDS(why(std::move(saved)) == "boot/efi/loader/loader.conf says default @saved");
  auto variable = trying();
  variable.files.disk[efi_path("LoaderEntryDefault", kLoaderGuid)] = efi(kDefault + ".conf");
  CHECK_WORDS(why(std::move(variable))
                  .starts_with("the EFI variable LoaderEntryDefault pins " + kDefault + ".conf, "));
  auto preferred = trying();
  preferred.files.disk["boot/efi/loader/loader.conf"] =
      "default " + kMachine + "-*\npreferred " + kMachine + "-6.12.43+deb13-amd64.conf\n";
  preferred.files.disk[efi_path("LoaderInfo", kLoaderGuid)] = efi("systemd-boot 258");
  CHECK_WORDS(
      why(std::move(preferred))
          .starts_with(
              "boot/efi/loader/loader.conf pins " + kMachine + "-6.12.43+deb13-amd64.conf, "));
  auto once = trying();
  once.files.disk[efi_path("LoaderEntryOneShot", kLoaderGuid)] = efi("memtest86.conf");
  CHECK_WORDS(why(std::move(once)).starts_with("memtest86.conf is set to boot once already"));
  auto old = trying();
  old.files.disk[efi_path("LoaderInfo", kLoaderGuid)] = efi("systemd-boot 249.11");
  CHECK_WORDS(why(std::move(old)) == "systemd-boot 249.11");
  auto ext4 = arch();
  ext4.options.trial = true;
  ext4.boot.filesystem = "ext4";
  CHECK_WORDS(why(std::move(ext4)) == "/boot is ext4");
}

TEST_CASE(
    "a trial's entry sorts first without a sort-key beside it too, and for any distribution's",
    "[bls][trial]") {
  auto host = arch();
  host.options.trial = true;
  REQUIRE(host.apply("one"));
  CHECK(default_item(items(host), "")->path == entries("arch-vfirst+1.conf"));
  CHECK(
      given(host, entries("arch-vfirst+1.conf")) ==
      "root=UUID=1f rw quiet module_blacklist=\"nouveau\" one vfirst.trial=p1");
}

TEST_CASE(
    "file names of entries: the counter is apart from the id, a plus of the version is not",
    "[bls][trial]") {
  const auto same = [](const char* file, const char* id, std::optional<unsigned> left,
                       std::optional<unsigned> done) {
    const auto name = BlsName::parse(file);
    REQUIRE(name);
    CHECK(*name == BlsName{id, left, done});
    CHECK(name->file() == file);
  };
  same("a.conf", "a", {}, {});
  same("a+3.conf", "a", 3, {});
  same("a+0-3.conf", "a", 0, 3);
  same("6.12.48+deb13-amd64.conf", "6.12.48+deb13-amd64", {}, {});
  same("6.12.48+deb13-amd64+2-1.conf", "6.12.48+deb13-amd64", 2, 1);
  CHECK(BlsName::parse("DEBIAN+1.CONF") == BlsName{"DEBIAN", 1, {}, ".CONF"});
  CHECK(BlsName::parse("DEBIAN+1.CONF")->file() == "DEBIAN+1.CONF");
  CHECK(BlsName::parse("debian+1.efi", ".efi")->file_without_counter() == "debian.efi");
  for (const auto* other :
       {"a.conf.vfirst", ".conf", ".a.conf", "auto-windows.conf", "a", "b/a.conf"})
    CHECK(!BlsName::parse(other));
}

TEST_CASE(
    "an entry's trial that 0.1.0 armed is kept, and one that failed stays failed", "[bls][trial]") {
  const auto made = plan(with_nic(), "[cpu]\nisolate = yes\n");
  const auto name = [&](BlsHost& host) { return plan_name(made, *host.backend().state()); };
  for (const bool comes_up : {true, false}) {
    auto host = trying();
    host.options.plan = legacy::hash(made);
    host.options.trial_only = "panic=30 vfirst.trial=" + host.options.plan;
    REQUIRE(host.apply(made.cmdline()));
    CHECK(name(host) == legacy::hash(made));
    boot_trial(host);
    CHECK(host.backend().state()->trial == Trial::running);
    if (comes_up) {
      const auto kept = host.backend().confirm();
      REQUIRE(kept);
      CHECK(kept->after == made.cmdline());
      continue;
    }
    host.boot.cmdline = "root=UUID=1f ro quiet";
    host.options.plan = name(host);
    CHECK_FALSE(host.apply(made.cmdline()));
    // Another plan's trial does not make it forgotten.
    host.options.plan = "p2";
    host.options.trial_only = "panic=30 vfirst.trial=p2";
    REQUIRE(host.apply("three"));
    host.options.plan = name(host);
    CHECK(host.options.plan == legacy::hash(made));
    CHECK_FALSE(host.apply(made.cmdline()));
  }
}
