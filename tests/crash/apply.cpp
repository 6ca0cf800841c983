// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/apply.hpp"
#include "bootloader/selector.hpp"
#include "crashing_files.hpp"
#include "grub_view.hpp"
#include "unit/tree.hpp"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

const std::string kOld = "isolcpus=managed_irq,domain,2-7 nohz_full=2-7";
const std::string kNew = "isolcpus=managed_irq,domain,4-7 nohz_full=4-7 hugepages=8";

BootFacts grub_boot() {
  BootFacts boot;
  boot.loader = Loader::grub;
  boot.filesystem = "ext4";
  boot.device = "vda1";
  return boot;
}

std::string block(std::optional<SlotId> good, std::optional<SlotId> trial = {}) {
  return selector(std::nullopt, {good, trial, trial ? "p0" : "", {}})->bytes();
}

struct Scene {
  std::string name;
  CrashingFiles::Disk disk;
  // what may be booted until the commit
  std::set<std::string> old;
  bool trial = false;
};

std::vector<Scene> scenes() {
  const auto ours = grub_cfg(true), plain = grub_cfg(false);
  const auto text = [](const std::string& arguments) { return Slot{arguments, "p0", ""}.text(); };
  const std::string cfg = "boot/grub/grub.cfg", env(kEnvironment), a = slot_path(SlotId::a),
                    b = slot_path(SlotId::b);
  return {
      {"first apply on a golden image", {{cfg, ours}}, {""}},
      {"first apply where grub.cfg must be made anew",
       {{cfg, plain},
        {"etc/grub.d/09_vfirst", "#!/bin/sh"},
        {"etc/default/grub.d/zz-vfirst.cfg", "x"}},
       {""}},
      {"a good slot, the other never used",
       {{cfg, ours}, {env, block(SlotId::a)}, {a, text(kOld)}},
       {kOld}},
      {"a good slot, the other stale",
       {{cfg, ours}, {env, block(SlotId::b)}, {a, text("stale")}, {b, text(kOld)}},
       {kOld}},
      {"a good slot, the other already right",
       {{cfg, ours}, {env, block(SlotId::b)}, {a, Slot{kNew, "p1", ""}.text()}, {b, text(kOld)}},
       {kOld}},
      {"a trial is armed in the slot to write",
       {{cfg, ours}, {env, block(SlotId::a, SlotId::b)}, {a, text(kOld)}, {b, text("trial")}},
       {"trial", kOld}},
      {"a trial is armed and nothing is good",
       {{cfg, ours}, {env, block({}, SlotId::b)}, {b, text("trial")}},
       {"trial", ""}},
      {"a damaged block", {{cfg, ours}, {env, std::string(1024, '\0')}, {a, text(kOld)}}, {""}},
      {"a truncated block", {{cfg, ours}, {env, ""}, {a, text(kOld)}}, {""}},
      {"the good slot is lost", {{cfg, ours}, {env, block(SlotId::a)}}, {""}},
      {"leftovers of a run that was cut",
       {{cfg, ours},
        {env, block(SlotId::a)},
        {a, text(kOld)},
        {env + ".tmp", "#"},
        {b + ".tmp", "set"},
        {"boot/grub/grub.cfg.vfirst", "half"}},
       {kOld}},
      {"the first trial", {{cfg, ours}}, {""}, true},
      {"a trial beside a good slot",
       {{cfg, ours}, {env, block(SlotId::a)}, {a, text(kOld)}},
       {kOld},
       true},
      {"a trial over an armed one",
       {{cfg, ours}, {env, block(SlotId::a, SlotId::b)}, {a, text(kOld)}, {b, text("trial")}},
       {"trial", kOld},
       true},
  };
}

CrashingFiles on(const Scene& scene, int at = -1, int error = 0) {
  CrashingFiles files(scene.disk, at, error);
  files.executable = {"etc/grub.d/09_vfirst"};
  return files;
}

Result<ApplyOutcome> run(CrashingFiles& files, const Root& root, bool trial) {
  ApplyOptions options;
  options.plan = "p1";
  options.trial = trial;
  options.run = [](const std::vector<std::string>& argv, std::string_view) -> Result<Ended> {
    if (argv[0] == "grub-mkconfig") return Ended{0, grub_cfg(true), ""};
    return Ended{};
  };
  return apply_arguments(files, root, grub_boot(), kNew, options);
}

}  // namespace

// grub-mkconfig is run on the host's own root only; the disk is in memory, so nothing of the host
// is touched.
TEST_CASE(
    "a power cut anywhere in apply leaves the old arguments or the new, and a second run "
    "finishes",
    "[trial][crash][kernel-arguments]") {
  const auto root = Root::open("/");
  REQUIRE(root);
  int points = 0;
  for (const auto& scene : scenes()) {
    INFO(scene.name);
    for (int at = 0;; ++at) {
      REQUIRE(at < 100);
      auto files = on(scene, at);
      bool cut = false;
      try {
        const auto done = run(files, *root, scene.trial);
        if (!done) FAIL(done.error().what);
      } catch (const PowerCut&) {
        cut = true;
      }
      ++points;
      INFO("cut before step " << at);
      std::set<std::string> doubtful;
      const auto seen = grub_sees(files, doubtful);
      CHECK(doubtful == std::set<std::string>{});
      if (seen != kNew) {
        REQUIRE(cut);
        CHECK(scene.old.contains(seen));
      }
      // The next run, after the journal was replayed.
      CrashingFiles again(files.disk);
      again.executable = files.executable;
      const auto done = run(again, *root, scene.trial);
      if (!done) FAIL(done.error().what);
      doubtful.clear();
      CHECK(grub_sees(again, doubtful) == kNew);
      CHECK(doubtful.empty());
      for (const auto& [path, _] : again.disk)
        CHECK(!path.ends_with(".tmp"));
      const int writes = again.writes;
      const auto third = run(again, *root, scene.trial);
      REQUIRE(third);
      CHECK(again.writes == writes);
      CHECK(!third->wrote);
      CHECK(!third->changed);
      if (!cut) break;
    }
  }
  fmt::print("apply: {} crash points in {} scenes, none bad\n", points, scenes().size());
  CHECK(points > 100);
}

TEST_CASE(
    "a full or broken disk anywhere in apply is an error that names it, and the next boot is the "
    "old one or the new",
    "[trial][crash]") {
  const auto root = Root::open("/");
  REQUIRE(root);
  int points = 0;
  for (const auto& scene : scenes()) {
    for (const int error : {ENOSPC, EROFS, EIO}) {
      for (int at = 0;; ++at) {
        REQUIRE(at < 100);
        auto files = on(scene, at, error);
        const auto done = run(files, *root, scene.trial);
        ++points;
        INFO(scene.name << ", errno " << error << " at step " << at);
        std::set<std::string> doubtful;
        const auto seen = grub_sees(files, doubtful);
        CHECK(doubtful == std::set<std::string>{});
        if (done) {
          CHECK(seen == kNew);
          break;
        }
        CHECK(done.error().code == static_cast<std::errc>(error));
        CHECK((seen == kNew || scene.old.contains(seen)));
      }
    }
  }
  fmt::print("apply: {} injected errors, none bad\n", points);
}
