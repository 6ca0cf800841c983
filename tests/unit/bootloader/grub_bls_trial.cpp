// SPDX-License-Identifier: GPL-2.0-or-later
// Trials where GRUB reads entries of the Boot Loader Specification.
#include "bls_hosts.hpp"
#include "crash/grub_view.hpp"

#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

const std::string kCustom = "boot/grub2/custom.cfg", kTrial(kGrubTrial), kBlock(kEnvironment);
const std::string kRhelLine =
    "BOOT_IMAGE=/vmlinuz-6.12.0-55.el10.x86_64 root=/dev/mapper/rhel-root ro "
    "crashkernel=2G-64G:256M,64G-:512M rd.lvm.lv=rhel/root";

BlsHost trying(BlsHost host) {
  host.options.trial = true;
  host.options.trial_only = "panic=30 vfirst.trial=p1";
  return host;
}

std::string why(BlsHost host) {
  const auto refused = host.apply("one");
  REQUIRE(!refused);
  CHECK(refused.error().code == std::errc::operation_not_supported);
  CHECK(host.files.writes == 0);
  CHECK_WORDS(refused.error().what.find("--no-trial") != std::string::npos);
  host.options.trial = false;
  CHECK(host.apply("one"));
  return refused.error().what;
}

}  // namespace

TEST_CASE(
    "a trial with GRUB's entries is an entry more that GRUB takes once; the others keep their "
    "bytes",
    "[bls][trial][grub]") {
  auto host = trying(rhel10());
  const auto before = host.files.disk;
  REQUIRE(grub_boots(host) == kRhelLine);
  const auto done = host.apply("one two");
  if (!done) FAIL(done.error().what);
  CHECK(done->changed);
  for (const auto& [path, text] : before)
    CHECK(host.at(path) == text);
  CHECK(grub_boots(host) == kRhelLine + " one two panic=30 vfirst.trial=p1");
  const auto state = *host.backend().state();
  CHECK(state.trial == Trial::armed);
  CHECK(state.trial_plan == "p1");
  CHECK(state.trial_arguments == "one two");
  CHECK(state.next == "one two");
  CHECK(state.next_place == kTrial);
  CHECK(state.good == "");
  for (const auto& path : {kTrial, kCustom, kBlock})
    CHECK(!host.files.unsettled.contains(path));
  const int writes = host.files.writes;
  CHECK(!host.apply("one two")->wrote);
  CHECK(host.files.writes == writes);
  boot_by_grub(host);
  CHECK(grub_boots(host) == kRhelLine);
  CHECK(host.backend().state()->trial == Trial::running);
}

TEST_CASE(
    "a trial with GRUB's entries that is confirmed stands in every entry, and nothing is left of "
    "it",
    "[bls][trial][grub][kernel-arguments]") {
  for (const bool lost_state : {false, true}) {
    auto host = trying(rhel10());
    host.files.disk[kCustom] = "# mine, and no line end";
    const auto original = host.files.disk;
    REQUIRE(host.apply("one two"));
    boot_by_grub(host);
    if (lost_state) host.files.disk.erase(std::string(kBlsState));
    const auto done = host.backend().confirm();
    if (!done) FAIL(done.error().what);
    CHECK(done->after == "one two");
    CHECK(grub_boots(host) == kRhelLine + " one two");
    CHECK(!host.files.exists(kTrial));
    CHECK(host.backend().state()->trial == Trial::none);
    CHECK(host.backend().state()->good == "one two");
    const int writes = host.files.writes;
    CHECK(!host.backend().confirm()->wrote);
    CHECK(!host.apply("one two")->wrote);
    CHECK(host.files.writes == writes);
    REQUIRE(host.backend().remove(false));
    if (lost_state) {
      // What stood in custom.cfg was in the state alone: a line end more is left there.
      CHECK(host.at(kCustom) == original.at(kCustom) + "\n");
      host.files.disk[kCustom] = original.at(kCustom);
    }
    CHECK(host.files.disk == original);
  }
}

TEST_CASE(
    "a trial with GRUB's entries that nobody confirmed has failed, and leaves the host as it was",
    "[bls][trial][grub]") {
  auto host = trying(rhel10());
  const auto original = host.files.disk;
  REQUIRE(host.apply("one two"));
  boot_by_grub(host);
  // It panicked; this is the boot after it.
  host.boot.cmdline = grub_boots(host);
  CHECK(host.boot.cmdline == kRhelLine);
  CHECK(host.backend().state()->trial == Trial::failed);
  CHECK(host.backend().state()->next == "");
  const auto refused = host.apply("one two");
  REQUIRE(!refused);
  CHECK_WORDS(refused.error().what.starts_with("plan p1 failed its trial"));
  host.options.plan = "p2";
  host.options.trial_only = "vfirst.trial=p2";
  REQUIRE(host.apply("three"));
  CHECK(grub_boots(host) == kRhelLine + " three vfirst.trial=p2");
  REQUIRE(host.backend().rollback());
  CHECK(grub_boots(host) == kRhelLine);
  CHECK(!host.files.exists(kTrial));
  host.options.plan = "p1";
  host.options.trial_only = "vfirst.trial=p1";
  CHECK(!host.apply("one two"));
  host.options.force = true;
  CHECK(host.apply("one two"));
  REQUIRE(host.backend().remove(false));
  CHECK(host.files.disk == original);
}

TEST_CASE(
    "a trial's entry has the words that GRUB makes of the default entry, its variables put in",
    "[bls][trial][grub]") {
  auto host = trying(rhel8());
  REQUIRE(host.apply("one"));
  CHECK(
      grub_boots(host) ==
      "BOOT_IMAGE=/vmlinuz-4.18.0-553.el8_10.x86_64 root=/dev/mapper/rhel-root ro crashkernel=auto "
      "rd.lvm.lv=rhel/root rhgb quiet skew_tick=1 tsc=reliable one panic=30 vfirst.trial=p1");
  CHECK(host.at(kTrial).find("--users=$grub_users") != std::string::npos);
  auto quotes = trying(fedora());
  quotes.files.disk["boot/grub2/grubenv"] =
      grubenv("saved_entry=" + kMachine + "-6.10.6-200.fc40.x86_64\n");
  const auto now = grub_boots(quotes);
  CHECK(now.find("file drivers/net/* +p") != std::string::npos);
  REQUIRE(quotes.apply("one"));
  CHECK(grub_boots(quotes) == now + " one panic=30 vfirst.trial=p1");
  // Below another folder, as where /boot is no filesystem of its own.
  auto below = trying(rhel10());
  for (auto& [path, text] : below.files.disk)
    if (is_entry(path)) text = replaced(text, "/vmlinuz", "/boot/vmlinuz");
  REQUIRE(below.apply("one"));
  CHECK(below.at(kCustom).find("\"($root)/boot/vfirst/trial.cfg\"") != std::string::npos);
  CHECK(grub_boots(below).ends_with(" one panic=30 vfirst.trial=p1"));
}

TEST_CASE(
    "a trial with GRUB's entries is refused, with the reason, where GRUB would not take it once",
    "[bls][trial][grub]") {
  const auto with = [](const std::string& path, const std::string& text) {
    auto host = trying(rhel10());
    host.files.disk[path] = text;
    return host;
  };
  const std::string config = "boot/grub2/grub.cfg", env = "boot/grub2/grubenv";
  CHECK_WORDS(
      why(with(config, "load_env\nset default=$saved_entry\nblscfg\n")) ==
      config + ": it does not read " + kCustom +
          ", which the entry of a trial needs; use --no-trial");
  CHECK_WORDS(
      why(with(env, grubenv("next_entry=1\n"))) ==
      env + ": '1' is to boot next, once (grub-reboot); boot that first, or use --no-trial");
  CHECK_WORDS(
      why(with(env, grubenv("saved_entry=" + kMachine + "-0-rescue\n"))) ==
      "entry 'RHEL (0-rescue)' boots by default and is a rescue entry; use --no-trial");
  CHECK_WORDS(
      why(with(
          kCustom,
          "menuentry 'mine' --id mine {\n linux /vmlinuz-mine\n}\n"
          "set default=mine\n")) ==
      "entry 'mine' boots by default and does not take vfirst's arguments; use --no-trial");
  // What comes behind custom.cfg takes another entry.
  CHECK_WORDS(
      why(with(config, grub2_config() + "set default=0\n")) ==
      config + ": it does not read " + kCustom +
          ", which the entry of a trial needs; use --no-trial");
  CHECK_WORDS(
      why(with(
          config, replaced(grub2_config(), "insmod", "probe --set=mine -u $root\ninsmod") +
                      "set default=$mine\n")) ==
      config + ": which entry is the default is in $mine, which only GRUB knows; use --no-trial");
  auto btrfs = trying(rhel10());
  btrfs.boot.filesystem = "btrfs";
  CHECK_WORDS(why(std::move(btrfs)).starts_with("/boot is btrfs: GRUB cannot write there"));
}

TEST_CASE(
    "which GRUB reads the entries is told by os-release, and without one by their kernels",
    "[bls][trial][grub]") {
  // The saved name begins with a digit: GRUB 2.14 takes it for a number, Red Hat's for a name.
  const auto of_kernel = [](const std::string& release) {
    auto host = trying(rhel10());
    host.files.disk.erase("etc/os-release");
    auto entry = host.files.disk.extract(entries(kMachine + "-6.12.0-55.el10.x86_64.conf"));
    entry.key() = entries(kMachine + "-" + release + ".conf");
    host.files.disk.insert(std::move(entry));
    host.files.disk["boot/grub2/grubenv"] =
        grubenv("saved_entry=" + kMachine + "-" + release + "\n");
    return host;
  };
  auto host = of_kernel("6.12.0-55.el10.x86_64");
  REQUIRE(host.apply("one"));
  CHECK(grub_boots(host) == kRhelLine + " one panic=30 vfirst.trial=p1");
  CHECK_WORDS(why(of_kernel("6.12.0-55")).find("only GRUB knows") != std::string::npos);
}

TEST_CASE(
    "a trial whose state has no room among others' variables is refused before a write",
    "[bls][trial][grub]") {
  const auto with = [](const std::string& block) {
    auto host = trying(rhel10());
    host.files.disk[kBlock] = block;
    return host;
  };
  EnvironmentBlock full;
  REQUIRE(full.set("mine", std::string(470, 'x')));
  CHECK_WORDS(
      why(with(full.bytes())) ==
      "boot/vfirst/env: environment block: no room for vfirst_try=p1 in its first 512 bytes; "
      "use --no-trial");
  // Somebody wrote past the first sector.
  auto longer = "# GRUB Environment Block\nmine=" + std::string(600, 'x') + '\n';
  longer.resize(EnvironmentBlock::kSize, '#');
  CHECK_WORDS(
      why(with(longer)) ==
      "boot/vfirst/env: environment block: lines past its first 512 bytes; use --no-trial");

  EnvironmentBlock roomy;
  REQUIRE(roomy.set("mine", "x"));
  auto host = with(roomy.bytes());
  REQUIRE(host.apply("one"));
  CHECK(grub_boots(host) == kRhelLine + " one panic=30 vfirst.trial=p1");
  REQUIRE(host.backend().rollback());
  CHECK(EnvironmentBlock::parse(host.at(kBlock))->value("mine") == "x");

  auto damaged = with(std::string(EnvironmentBlock::kSize, '\0'));
  REQUIRE(damaged.apply("one"));
  CHECK(grub_boots(damaged) == kRhelLine + " one panic=30 vfirst.trial=p1");
}

TEST_CASE(
    "an entry of a trial whose arming was cut short is no trial, and the next run finishes it",
    "[bls][trial][grub][crash]") {
  auto host = trying(rhel10());
  REQUIRE(host.apply("one"));
  auto block = EnvironmentBlock::parse(host.at(kBlock)).value();
  REQUIRE(block.set("vfirst_try", "none"));
  host.files.disk[kBlock] = block.bytes();
  CHECK(grub_boots(host) == kRhelLine);
  const auto state = *host.backend().state();
  CHECK(state.trial == Trial::none);
  CHECK_WORDS(
      state.damage ==
      std::vector<std::string>{"boot/vfirst/bls: the entry of the trial of plan p1 is missing"});
  REQUIRE(host.apply("one"));
  CHECK(grub_boots(host) == kRhelLine + " one panic=30 vfirst.trial=p1");
}

TEST_CASE("a kernel that is gone takes its trial with it", "[bls][trial][grub]") {
  auto host = trying(rhel10());
  // On another device the kernel may be there still.
  auto& config = host.files.disk.at("boot/grub2/grub.cfg");
  config = replaced(config, "search --no-floppy --fs-uuid --set=root 1f\n", "");
  host.files.disk[entries(kMachine + "-6.11.0-1.el10.x86_64.conf")] =
      "title older\nlinux /vmlinuz-6.11.0-1.el10.x86_64\noptions root=/dev/mapper/rhel-root ro\n";
  REQUIRE(host.apply("one"));
  host.files.disk.erase("boot/vmlinuz-6.12.0-55.el10.x86_64");
  host.files.disk.erase(entries(kMachine + "-6.12.0-55.el10.x86_64.conf"));
  CHECK(
      grub_boots(host) == "BOOT_IMAGE=/vmlinuz-6.11.0-1.el10.x86_64 root=/dev/mapper/rhel-root ro");
}

TEST_CASE(
    "arguments that the entry of the next boot does not take are said not to be in it",
    "[bls][grub][kernel-arguments]") {
  const auto passed_over = [](BlsHost host) {
    const auto done = host.apply("one");
    REQUIRE(done);
    return done->passed_over;
  };
  CHECK(passed_over(rhel10()) == "");
  auto rescue = rhel10();
  rescue.files.disk["boot/grub2/grubenv"] = grubenv("saved_entry=" + kMachine + "-0-rescue\n");
  CHECK_WORDS(
      passed_over(std::move(rescue)) ==
      entries(kMachine + "-0-rescue.conf") + ": boots by default and is a rescue entry");
  auto custom = rhel10();
  custom.files.disk[kCustom] = "menuentry mine --id mine {\n linux /mine\n}\nset default=mine\n";
  CHECK_WORDS(
      passed_over(std::move(custom)) ==
      "boot/grub2/grub.cfg:16: entry 'mine' boots by default and does not take vfirst's arguments");
  CHECK(passed_over(debian_systemd_boot()) == "");
  auto memtest = debian_systemd_boot();
  memtest.files.disk["boot/efi/loader/loader.conf"] = "default memtest86.conf\n";
  CHECK_WORDS(
      passed_over(std::move(memtest)) ==
      "boot/efi/loader/entries/memtest86.conf: boots by default and boots no Linux kernel");
}
