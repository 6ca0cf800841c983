// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/grub_backend.hpp"
#include "bootloader/selector.hpp"
#include "crashing_files.hpp"
#include "grub_view.hpp"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <functional>

using namespace vfirst;
using namespace vfirst::test;

namespace {

using Disk = CrashingFiles::Disk;
using Verb = std::function<Status(Files&, const Root&, const BootFacts&)>;

const std::string kOld = "isolcpus=managed_irq,domain,2-7 nohz_full=2-7";
const std::string kNew = "isolcpus=managed_irq,domain,4-7 nohz_full=4-7";

BootFacts host_boot(const std::string& arguments) {
  BootFacts boot;
  boot.loader = Loader::grub;
  boot.filesystem = "ext4";
  boot.device = "vda1";
  boot.cmdline = "root=/dev/vda1 ro " + arguments;
  return boot;
}

Disk slots(const Selection& selection) {
  return {
      {"boot/grub/grub.cfg", grub_cfg(true)},
      {std::string(kEnvironment), selector(std::nullopt, selection)->bytes()},
      {slot_path(SlotId::a), Slot{kOld, "p0", ""}.text()},
      {slot_path(SlotId::b), Slot{kNew, "p1", "vfirst.trial=p1 panic=30"}.text()},
      {std::string(kJournal),
       "vfirst-journal 1\nmade boot/vfirst/env\nmade boot/vfirst/a.cfg\nmade "
       "boot/vfirst/b.cfg\nend\n"},
      {"var/lib/vfirst/history", "2026 plan p1 armed\n"}};
}

// After an apply that made grub.cfg anew: what was there is kept, and named in the journal.
Disk regenerated() {
  CrashingFiles files(
      {{"boot/grub/grub.cfg", grub_cfg(false)},
       {"etc/grub.d/09_vfirst", "#!/bin/sh"},
       {"etc/default/grub.d/zz-vfirst.cfg", "x"}});
  files.executable = {"etc/grub.d/09_vfirst"};
  const auto root = Root::open("/");
  ApplyOptions options;
  options.plan = "p1";
  options.run = [](const std::vector<std::string>& argv, std::string_view) -> Result<Ended> {
    return Ended{0, argv[0] == "grub-mkconfig" ? grub_cfg(true) : "", ""};
  };
  REQUIRE(apply_arguments(files, *root, host_boot(""), kOld, options));
  return files.disk;
}

struct Scene {
  std::string name;
  Disk disk;
  BootFacts boot;
  Verb verb;
  // what GRUB hands over
  std::string before, after;
};

Status drop(const Result<Change>& change) {
  return change ? Status{} : std::unexpected(change.error());
}

std::vector<Scene> scenes() {
  const Verb confirm = [](Files& f, const Root& r, const BootFacts& b) {
    return drop(GrubBackend(f, r, b).confirm());
  };
  const Verb rollback = [](Files& f, const Root& r, const BootFacts& b) {
    return drop(GrubBackend(f, r, b).rollback());
  };
  const Verb remove = [](Files& f, const Root& r, const BootFacts& b) {
    return drop(GrubBackend(f, r, b).remove(false));
  };
  const auto trial = host_boot(kNew + " vfirst.trial=p1 panic=30");
  return {
      {"confirm the first trial", slots({{}, {}, "p1", {}}), trial, confirm, "", kNew},
      {"confirm beside a good slot", slots({SlotId::a, {}, "p1", {}}), trial, confirm, kOld, kNew},
      {"roll an armed trial back", slots({SlotId::a, SlotId::b, "p1", {}}), host_boot(kOld),
       rollback, kNew, kOld},
      {"roll a running trial back", slots({SlotId::a, {}, "p1", {}}), trial, rollback, kOld, kOld},
      {"roll back to the slot before", slots({SlotId::b, {}, "", Earlier{SlotId::a}}),
       host_boot(kNew), rollback, kNew, kOld},
      {"roll back to no arguments", slots({SlotId::b, {}, "", Earlier{}}), host_boot(kNew),
       rollback, kNew, ""},
      {"remove good arguments", slots({SlotId::a, {}, "", {}}), host_boot(kOld), remove, kOld, ""},
      {"remove beside an armed trial", slots({SlotId::a, SlotId::b, "p1", {}}), host_boot(kOld),
       remove, kNew, ""},
      {"remove after grub.cfg was made anew", regenerated(), host_boot(kOld), remove, kOld, ""},
  };
}

std::string seen(const CrashingFiles& files) {
  std::set<std::string> doubtful;
  const auto arguments = grub_sees(files, doubtful);
  CHECK(doubtful == std::set<std::string>{});
  return arguments;
}

}  // namespace

TEST_CASE(
    "a power cut anywhere in confirm, rollback and remove leaves the old arguments or the new, and "
    "a second run finishes",
    "[trial][crash][kernel-arguments]") {
  const auto root = Root::open("/");
  REQUIRE(root);
  int points = 0;
  for (const auto& scene : scenes()) {
    INFO(scene.name);
    CHECK(seen(CrashingFiles(scene.disk)) == scene.before);
    Disk finished;
    {
      CrashingFiles whole(scene.disk);
      const auto done = scene.verb(whole, *root, scene.boot);
      if (!done) FAIL(done.error().what);
      CHECK(seen(whole) == scene.after);
      finished = whole.disk;
    }
    for (int at = 0;; ++at) {
      REQUIRE(at < 200);
      INFO("cut before step " << at);
      CrashingFiles files(scene.disk, at);
      bool cut = false;
      try {
        if (auto done = scene.verb(files, *root, scene.boot); !done) FAIL(done.error().what);
      } catch (const PowerCut&) {
        cut = true;
      }
      ++points;
      const auto now = seen(files);
      CHECK((now == scene.before || now == scene.after));
      if (!cut) break;
      // The same again, unless it was done already: a rollback would go back once more.
      CrashingFiles again(files.disk);
      if (now == scene.before && scene.before != scene.after) {
        if (auto done = scene.verb(again, *root, scene.boot); !done) FAIL(done.error().what);
        CHECK(again.disk == finished);
      } else if (scene.name.starts_with("remove")) {
        REQUIRE(scene.verb(again, *root, scene.boot));
        CHECK(again.disk == finished);
      }
    }
  }
  fmt::print(
      "confirm, rollback, remove: {} crash points in {} scenes, none bad\n", points,
      scenes().size());
  CHECK(points > 30);
}

TEST_CASE(
    "a full or broken disk anywhere in confirm, rollback and remove is an error that names it, and "
    "nothing else",
    "[trial][crash]") {
  const auto root = Root::open("/");
  REQUIRE(root);
  int points = 0;
  for (const auto& scene : scenes())
    for (const int error : {ENOSPC, EROFS, EIO})
      for (int at = 0;; ++at) {
        REQUIRE(at < 200);
        CrashingFiles files(scene.disk, at, error);
        const auto done = scene.verb(files, *root, scene.boot);
        ++points;
        INFO(scene.name << ", errno " << error << " at step " << at);
        const auto now = seen(files);
        CHECK((now == scene.before || now == scene.after));
        if (done) break;
        CHECK(done.error().code == static_cast<std::errc>(error));
      }
  fmt::print("confirm, rollback, remove: {} injected errors, none bad\n", points);
}
