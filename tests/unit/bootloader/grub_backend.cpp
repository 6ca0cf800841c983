// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/grub_backend.hpp"

#include "crash/grub_view.hpp"
#include "loader/trial.hpp"
#include "plan/legacy.hpp"
#include "unit/plan/machine.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

const std::string kForeign = "BOOT_IMAGE=/boot/vmlinuz root=/dev/vda1 ro quiet";

// A host and its boots: what GRUB does with the block, and what the kernel then shows.
struct TriedHost {
  CrashingFiles files{{{"boot/grub/grub.cfg", grub_cfg(true)}}};
  Root root = std::move(*Root::open("/"));
  BootFacts boot;
  GrubBackend backend{files, root, boot};

  TriedHost() {
    boot.loader = Loader::grub;
    boot.filesystem = "ext4";
    boot.device = "vda1";
    boot.cmdline = kForeign;
  }
  static ApplyOptions options(const std::string& plan, bool trial = true) {
    return {
        .plan = plan,
        .dry_run = false,
        .trial = trial,
        .force = false,
        .trial_only = "vfirst.trial=" + plan + " panic=30",
        .limit = 2047,
        .prove = {},
        .run = {}};
  }
  Result<ApplyOutcome> apply(
      const std::string& cmdline, const std::string& plan, bool trial = true) {
    return backend.apply(cmdline, options(plan, trial));
  }
  void reboot() {
    auto slots = *current_slots(files, boot);
    const auto slot = slots.selection.next();
    const bool tried = slots.selection.trial.has_value();
    boot.cmdline = kForeign;
    if (const auto* taken = slots.at(slot))
      boot.cmdline +=
          " " + (tried ? taken->arguments.then(taken->trial_only) : taken->arguments).str();
    if (!tried) return;
    // what the fragment's save_env does
    auto block = *slots.environment;
    REQUIRE(block.set("vfirst_try", "-"));
    files.disk[slots.path] = block.bytes();
  }
  LoaderState state() const { return *backend.state(); }
};

}  // namespace

TEST_CASE("a trial is armed, runs once, and is kept by confirm", "[grub][trial]") {
  TriedHost host;
  REQUIRE(host.apply("one", "p1"));
  CHECK(host.state().trial == Trial::armed);
  CHECK(host.state().trial_plan == "p1");
  CHECK(host.state().good == "");
  host.reboot();
  CHECK(host.boot.cmdline == kForeign + " one vfirst.trial=p1 panic=30");
  CHECK(host.state().trial == Trial::running);
  CHECK(host.state().trial_arguments == "one");
  const auto kept = host.backend.confirm();
  REQUIRE(kept);
  CHECK(kept->wrote);
  CHECK(kept->after == "one");
  CHECK_FALSE(kept->reboot_needed);
  CHECK(host.state().trial == Trial::none);
  host.reboot();
  CHECK(host.boot.cmdline == kForeign + " one");
}

TEST_CASE(
    "a trial that nobody confirms is over after its one boot, and its plan is not tried again by "
    "itself",
    "[grub][trial]") {
  TriedHost host;
  REQUIRE(host.apply("old", "p0", false));
  host.reboot();
  REQUIRE(host.apply("bad", "p1"));
  host.reboot();
  // a panic, a hang, a red verify
  host.reboot();
  CHECK(host.boot.cmdline == kForeign + " old");
  CHECK(host.state().trial == Trial::failed);
  CHECK(host.state().trial_plan == "p1");
  const int writes = host.files.writes;
  const auto again = host.apply("bad", "p1");
  REQUIRE_FALSE(again);
  CHECK_WORDS(
      again.error().what ==
      "plan p1 failed its trial: that boot was not confirmed. Change the policy, or use --force to "
      "try it again");
  CHECK(host.files.writes == writes);
  auto forced = TriedHost::options("p1");
  forced.force = true;
  REQUIRE(host.backend.apply("bad", forced));
  CHECK(host.state().trial == Trial::armed);
  REQUIRE(host.apply("better", "p2"));
  CHECK(host.state().trial_plan == "p2");
}

TEST_CASE("confirm twice writes once; in a boot that is no trial it is refused", "[grub][trial]") {
  TriedHost host;
  CHECK_WORDS(host.backend.confirm().error().what.starts_with("this is not a trial boot"));
  REQUIRE(host.apply("one", "p1"));
  CHECK_FALSE(host.backend.confirm());
  host.reboot();
  REQUIRE(host.backend.confirm());
  const int writes = host.files.writes;
  const auto again = host.backend.confirm();
  REQUIRE(again);
  CHECK_FALSE(again->wrote);
  CHECK(host.files.writes == writes);
}

TEST_CASE(
    "a plan that was armed in the trial boot of another is not what that boot proves",
    "[grub][trial]") {
  TriedHost host;
  REQUIRE(host.apply("one", "p1"));
  host.reboot();
  REQUIRE(host.apply("two", "p2"));
  CHECK_WORDS(
      host.backend.confirm().error().what ==
      "this boot is the trial of plan p1, but plan p2 has been armed since");
}

TEST_CASE("apply in the trial's own boot has nothing to do and needs no reboot", "[grub][trial]") {
  TriedHost host;
  REQUIRE(host.apply("one", "p1"));
  host.reboot();
  const int writes = host.files.writes;
  const auto again = host.apply("one", "p1");
  REQUIRE(again);
  CHECK_FALSE(again->changed);
  CHECK_FALSE(again->wrote);
  CHECK_FALSE(again->reboot_needed);
  CHECK(host.files.writes == writes);
  CHECK(host.state().trial == Trial::running);
}

TEST_CASE(
    "rollback disarms a trial, takes a running one back, and else returns to the arguments "
    "before",
    "[grub][kernel-arguments][trial]") {
  TriedHost host;
  CHECK_WORDS(
      host.backend.rollback().error().what == "there are no earlier arguments to go back to");
  REQUIRE(host.apply("one", "p1", false));
  REQUIRE(host.apply("two", "p2"));
  auto back = host.backend.rollback();
  REQUIRE(back);
  CHECK(back->before == "two");
  CHECK(back->after == "one");
  CHECK(host.state().trial == Trial::none);

  REQUIRE(host.apply("two", "p2"));
  host.reboot();
  REQUIRE(host.backend.rollback());
  CHECK_WORDS(
      host.backend.confirm().error().what ==
      "the trial of plan p2 was rolled back: the next boot uses the previous arguments");
  host.reboot();
  CHECK(host.boot.cmdline == kForeign + " one");

  REQUIRE(host.apply("two", "p2"));
  host.reboot();
  REQUIRE(host.backend.confirm());
  REQUIRE(host.backend.rollback());
  host.reboot();
  CHECK(host.boot.cmdline == kForeign + " one");
  // there and back
  REQUIRE(host.backend.rollback());
  host.reboot();
  CHECK(host.boot.cmdline == kForeign + " two");
}

TEST_CASE("the first arguments roll back to none", "[grub][kernel-arguments]") {
  TriedHost host;
  REQUIRE(host.apply("one", "p1"));
  host.reboot();
  REQUIRE(host.backend.confirm());
  REQUIRE(host.backend.rollback());
  host.reboot();
  CHECK(host.boot.cmdline == kForeign);
}

TEST_CASE("what a new trial has overwritten is nothing to roll back to", "[grub][trial]") {
  TriedHost host;
  REQUIRE(host.apply("one", "p1", false));
  REQUIRE(host.apply("two", "p2", false));
  CHECK(host.state().can_roll_back);
  // into the slot that held one
  REQUIRE(host.apply("three", "p3"));
  host.reboot();
  host.reboot();
  CHECK_FALSE(host.state().can_roll_back);
  CHECK_FALSE(host.backend.rollback());
}

TEST_CASE("apply and remove give every byte back", "[grub][trial]") {
  TriedHost host;
  const auto disk = host.files.disk;
  REQUIRE(host.apply("one", "p1"));
  host.reboot();
  REQUIRE(host.backend.confirm());
  const auto removed = host.backend.remove(false);
  REQUIRE(removed);
  CHECK(removed->before == "one");
  CHECK(removed->after == "");
  CHECK(removed->reboot_needed);
  CHECK(removed->notes.empty());
  CHECK(host.files.disk == disk);
  CHECK_FALSE(host.backend.remove(false)->wrote);
}

TEST_CASE(
    "a grub.cfg that apply made anew is given back; one that was generated again since is left and "
    "named",
    "[grub]") {
  for (const bool edited : {false, true}) {
    TriedHost host;
    host.files.disk = {
        {"boot/grub/grub.cfg", grub_cfg(false)},
        {"etc/grub.d/09_vfirst", "#!/bin/sh"},
        {"etc/default/grub.d/zz-vfirst.cfg", "x"}};
    host.files.executable = {"etc/grub.d/09_vfirst"};
    auto disk = host.files.disk;
    auto options = TriedHost::options("p1");
    options.run = [](const std::vector<std::string>& argv, std::string_view) -> Result<Ended> {
      return Ended{0, argv[0] == "grub-mkconfig" ? grub_cfg(true) : "", ""};
    };
    REQUIRE(host.backend.apply("one", options)->regenerated);
    if (edited)
      disk["boot/grub/grub.cfg"] = host.files.disk["boot/grub/grub.cfg"] += "# a new kernel\n";
    const auto removed = host.backend.remove(false);
    REQUIRE(removed);
    CHECK(host.files.disk == disk);
    CHECK(removed->notes.size() == (edited ? 1 : 0));
  }
}

TEST_CASE("a dry remove writes nothing and says what would go", "[grub][trial]") {
  TriedHost host;
  REQUIRE(host.apply("one", "p1", false));
  const auto disk = host.files.disk;
  const auto dry = host.backend.remove(true);
  REQUIRE(dry);
  CHECK(dry->before == "one");
  CHECK_FALSE(dry->wrote);
  CHECK(host.files.disk == disk);
}

TEST_CASE(
    "where GRUB cannot write /boot the block lies on the EFI system partition, and goes with "
    "remove",
    "[grub][trial]") {
  TriedHost host;
  host.boot.filesystem = "btrfs";
  CHECK_WORDS(host.apply("one", "p1").error().what.find("--no-trial") != std::string::npos);
  host.boot.esp = "boot/efi";
  auto config = grub_cfg(true);
  config.insert(config.find("set vfirst_args"), "set vfirst_block=esp\n");
  host.files.disk = {{"boot/grub/grub.cfg", config}};
  const auto disk = host.files.disk;
  REQUIRE(host.apply("one", "p1"));
  CHECK(host.files.exists("boot/efi/EFI/vfirst/env"));
  CHECK_FALSE(host.files.exists("boot/vfirst/env"));
  host.reboot();
  CHECK(host.state().trial == Trial::running);
  REQUIRE(host.backend.confirm());
  REQUIRE(host.backend.remove(false));
  CHECK(host.files.disk == disk);
}

TEST_CASE(
    "a grub.cfg whose fragment reads the block from the wrong place is made anew, or refused",
    "[grub]") {
  TriedHost host;
  host.boot.filesystem = "btrfs";
  host.boot.esp = "boot/efi";
  CHECK_WORDS(
      host.apply("one", "p1")
          .error()
          .what.starts_with("boot/grub/grub.cfg: its fragment reads the block from /boot, where "
                            "GRUB cannot write"));
}

TEST_CASE("data=journal may hide bytes from GRUB: no trial there", "[grub][trial]") {
  TriedHost host;
  host.boot.data_journal = true;
  CHECK_WORDS(host.apply("one", "p1").error().what.find("data=journal") != std::string::npos);
}

// A package that is updated while a trial of the version before is under way: the block, the slot
// and the kernel command line have that version's name for the plan.
TEST_CASE(
    "a trial that 0.1.0 armed is known, and not armed anew under another name", "[grub][trial]") {
  const auto made = plan(with_nic(), "[cpu]\nisolate = yes\n[pf a]\nvendor = 8086\nvfs = 2\n");
  const auto old_name = legacy::hash(made);
  TriedHost host;
  REQUIRE(host.apply(made.cmdline(), old_name));
  CHECK(plan_name(made, host.state()) == old_name);
  const int writes = host.files.writes;
  REQUIRE(host.apply(made.cmdline(), plan_name(made, host.state())));
  CHECK(host.files.writes == writes);
  host.reboot();
  CHECK(host.state().trial == Trial::running);
  CHECK(made.known_as(trial_of(host.boot.cmdline)));
  const auto kept = host.backend.confirm();
  REQUIRE(kept);
  CHECK(kept->after == made.cmdline());
  host.reboot();
  CHECK(holds_arguments(host.boot.cmdline, made.cmdline()));
  const int confirmed = host.files.writes;
  // it is over: the plan has today's name
  CHECK(plan_name(made, host.state()) == made.hash());
  REQUIRE(host.apply(made.cmdline(), plan_name(made, host.state())));
  CHECK(host.files.writes == confirmed);
}

TEST_CASE(
    "a plan that failed the trial that 0.1.0 gave it is not tried again by itself",
    "[grub][trial]") {
  const auto made = plan(with_nic(), "[cpu]\nisolate = yes\n");
  TriedHost host;
  REQUIRE(host.apply(made.cmdline(), legacy::hash(made)));
  host.reboot();
  host.reboot();
  REQUIRE(host.state().trial == Trial::failed);
  const int writes = host.files.writes;
  CHECK_FALSE(host.apply(made.cmdline(), plan_name(made, host.state())));
  CHECK(host.files.writes == writes);
}
