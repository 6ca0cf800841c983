// SPDX-License-Identifier: GPL-2.0-or-later
#include "unit/bootloader/bls_hosts.hpp"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <set>

using namespace vfirst;
using namespace vfirst::test;

namespace {

const std::string kOld = "isolcpus=managed_irq,domain,2-7 nohz_full=2-7";
const std::string kNew = "isolcpus=managed_irq,domain,4-7 nohz_full=4-7 hugepagesz=1G hugepages=8";

struct Scene {
  std::string name;
  BlsHost host;
  std::function<Status(BlsHost&)> run;
};

Status status(const Result<Change>& result) {
  return result ? Status{} : std::unexpected(result.error());
}
Status apply(
    BlsHost& host, const std::string& plan, const std::string& arguments, bool trial = false) {
  host.options.plan = plan;
  host.options.trial = trial;
  host.options.trial_only = "panic=30 vfirst.trial=" + plan;
  const auto done = host.apply(arguments);
  return done ? Status{} : std::unexpected(done.error());
}

// What the loader does before it boots the entry of a trial.
void boot_trial(BlsHost& host) {
  if (host.boot.loader == Loader::grub_bls) return boot_by_grub(host);
  for (const auto& [path, text] : CrashingFiles::Disk(host.files.disk)) {
    if (!path.ends_with("-vfirst+1.conf")) continue;
    host.files.disk.erase(path);
    const auto taken = path.substr(0, path.size() - 7) + "+0-1.conf";
    host.files.disk[taken] = text;
    host.boot.cmdline = given(host, taken);
    return;
  }
  FAIL("no counted entry");
}

std::vector<Scene> scenes() {
  std::vector<Scene> out;
  const auto add = [&](const std::string& name, BlsHost host, std::function<void(BlsHost&)> before,
                       std::function<Status(BlsHost&)> run) {
    before(host);
    host.files = CrashingFiles(host.files.disk);
    const auto title = fmt::format("{}: {}", host.name, name);
    out.push_back({title, std::move(host), std::move(run)});
  };
  const auto applied = [](const char* plan, const std::string& arguments) {
    return [=](BlsHost& host) {
      if (auto done = apply(host, plan, arguments); !done) FAIL(done.error().what);
    };
  };
  for (std::size_t i = 0; i < bls_hosts().size(); ++i) {
    const auto host = [i] { return std::move(bls_hosts()[i]); };
    add(
        "the first apply", host(), [](BlsHost&) {},
        [](BlsHost& h) { return apply(h, "p1", kNew); });
    add("other arguments", host(), applied("p0", kOld),
        [](BlsHost& h) { return apply(h, "p1", kNew); });
    add("no arguments any more", host(), applied("p0", kOld),
        [](BlsHost& h) { return apply(h, "p1", ""); });
    add(
        "leftovers of a run that was cut", host(),
        [](BlsHost& h) {
          h.files.disk
              [h.files.disk
                   .lower_bound(
                       h.name.starts_with("Debian") ? "boot/efi/loader/entries/"
                                                    : "boot/loader/entries/")
                   ->first +
               ".vfirst"] = "half";
          h.files.disk[std::string(kBlsState) + ".tmp"] = "half";
          h.files.disk[std::string(kBefore) + "/x.tmp"] = "half";
        },
        [](BlsHost& h) { return apply(h, "p1", kNew); });
    add("remove", host(), applied("p0", kOld),
        [](BlsHost& h) { return status(h.backend().remove(false)); });
    const auto adopt = [](BlsHost& h) -> Status {
      const auto done = h.backend().adopt(left_by_others(h));
      return done ? Status{} : std::unexpected(done.error());
    };
    add("the first adoption", host(), [](BlsHost&) {}, adopt);
    add("an adoption beside ours", host(), applied("p0", kOld), adopt);
    add(
        "apply after an adoption", host(), [adopt](BlsHost& h) { REQUIRE(adopt(h)); },
        [](BlsHost& h) { return apply(h, "p1", kNew); });
    add(
        "remove of what was adopted", host(),
        [adopt, applied](BlsHost& h) {
          applied("p0", kOld)(h);
          REQUIRE(adopt(h));
          applied("p1", kNew)(h);
        },
        [](BlsHost& h) { return status(h.backend().remove(false)); });
    add(
        "the first trial", host(), [](BlsHost&) {},
        [](BlsHost& h) { return apply(h, "p1", kNew, true); });
    add(
        "a trial over an armed one", host(),
        [](BlsHost& h) { REQUIRE(apply(h, "p0", kOld, true)); },
        [](BlsHost& h) { return apply(h, "p1", kNew, true); });
    add(
        "a trial over a failed one", host(),
        [](BlsHost& h) {
          REQUIRE(apply(h, "p0", kOld, true));
          boot_trial(h);
          h.boot.cmdline.clear();
        },
        [](BlsHost& h) { return apply(h, "p1", kNew, true); });
    add(
        "apply for good over an armed trial", host(),
        [](BlsHost& h) { REQUIRE(apply(h, "p0", kOld, true)); },
        [](BlsHost& h) { return apply(h, "p1", kNew); });
    const auto booted = [applied](BlsHost& h) {
      applied("p0", kOld)(h);
      REQUIRE(apply(h, "p1", kNew, true));
      boot_trial(h);
    };
    add("confirm", host(), booted, [](BlsHost& h) { return status(h.backend().confirm()); });
    add(
        "rollback of a trial", host(),
        [applied](BlsHost& h) {
          applied("p0", kOld)(h);
          REQUIRE(apply(h, "p1", kNew, true));
        },
        [](BlsHost& h) -> Status {
          // A second call, where the first got through, has nothing to go back from.
          if (h.backend().state()->trial == Trial::none && h.backend().state()->damage.empty())
            return {};
          return status(h.backend().rollback());
        });
    add(
        "remove with an armed trial", host(),
        [](BlsHost& h) { REQUIRE(apply(h, "p0", kOld, true)); },
        [](BlsHost& h) { return status(h.backend().remove(false)); });
    add("remove in a trial's boot", host(), booted,
        [](BlsHost& h) { return status(h.backend().remove(false)); });
  }
  for (std::size_t i = 0; i < bls_hosts().size(); ++i) {
    auto host = std::move(bls_hosts()[i]);
    add(
        "rollback", std::move(host),
        [applied](BlsHost& h) {
          applied("p0", kOld)(h);
          applied("p1", kNew)(h);
        },
        [](BlsHost& h) -> Status {
          if (h.backend().state()->good == kOld && h.backend().state()->damage.empty()) return {};
          return status(h.backend().rollback());
        });
  }
  return out;
}

// What decides a boot: entries under a name that a loader takes, and the block.
CrashingFiles::Disk seen(const CrashingFiles& files) {
  CrashingFiles::Disk out;
  for (const auto& [path, text] : files.disk)
    if ((is_entry(path) && path.ends_with(".conf")) || path.ends_with("/grubenv") ||
        path == "boot/grub2/custom.cfg")
      out[path] = text;
  return out;
}

BlsHost with(const Scene& scene, CrashingFiles files) {
  BlsHost host(scene.host.name, scene.host.boot.loader, {});
  host.boot = scene.host.boot;
  host.files = std::move(files);
  return host;
}

}  // namespace

TEST_CASE(
    "entries: a power cut anywhere in apply, confirm, rollback and remove leaves each file old or "
    "new, and the next run finishes",
    "[bls][crash][trial]") {
  int points = 0;
  const auto all = scenes();
  for (const auto& scene : all) {
    INFO(scene.name);
    const auto old = seen(scene.host.files);
    auto whole = with(scene, CrashingFiles(scene.host.files.disk));
    if (auto done = scene.run(whole); !done) FAIL(done.error().what);
    const auto fresh = seen(whole.files);
    const bool grub = scene.host.boot.loader == Loader::grub_bls;
    // Between two trials there is none.
    auto untried = with(scene, CrashingFiles(scene.host.files.disk));
    untried.files.disk.erase(std::string(kGrubTrial));
    std::set<std::string> allowed;
    if (grub) allowed = {grub_boots(scene.host), grub_boots(untried), grub_boots(whole)};
    // What stood there before vfirst: what remove makes of the uncut run.
    auto clean = with(scene, CrashingFiles(scene.host.files.disk));
    REQUIRE(clean.backend().remove(false));
    for (int at = 0;; ++at) {
      REQUIRE(at < 200);
      auto host = with(scene, CrashingFiles(scene.host.files.disk, at));
      bool cut = false;
      try {
        if (auto done = scene.run(host); !done) FAIL(done.error().what);
      } catch (const PowerCut&) {
        cut = true;
      }
      ++points;
      INFO("cut before step " << at);
      // state and copies are for Linux alone
      for (const auto& path : host.files.torn)
        CHECK(!(is_entry(path) || path == kGrubTrial || path == "boot/grub2/custom.cfg"));
      if (grub) {
        const auto boots = grub_boots(host);
        INFO(boots);
        CHECK(allowed.contains(boots));
      }
      for (const auto& [path, text] : seen(host.files)) {
        INFO(path << "\n" << text);
        CHECK(
            ((old.contains(path) && old.at(path) == text) ||
             (fresh.contains(path) && fresh.at(path) == text)));
      }
      for (const auto& [path, text] : old)
        // replaced, never gone in between
        if (fresh.contains(path)) CHECK(host.files.exists(path));
      auto again = with(scene, CrashingFiles(host.files.disk));
      if (auto done = scene.run(again); !done) FAIL(done.error().what);
      CHECK(again.files.disk == whole.files.disk);
      auto removed = with(scene, CrashingFiles(host.files.disk));
      const auto done = removed.backend().remove(false);
      if (!done) FAIL(done.error().what);
      CHECK(removed.files.disk == clean.files.disk);
      if (!cut) break;
    }
  }
  fmt::print("entries: {} crash points in {} scenes, none bad\n", points, all.size());
  CHECK(points > 500);
}

TEST_CASE(
    "entries: a second power cut, in the change that follows the first, loses nothing either",
    "[bls][crash]") {
  int points = 0;
  for (const auto& scene : scenes()) {
    if (scene.name.find(": other arguments") == std::string::npos) continue;
    INFO(scene.name);
    auto clean = with(scene, CrashingFiles(scene.host.files.disk));
    REQUIRE(clean.backend().remove(false));
    const auto cut = [&](BlsHost& host, const auto& run) {
      try {
        if (auto done = run(host); !done) FAIL(done.error().what);
      } catch (const PowerCut&) {
        return true;
      }
      return false;
    };
    for (int first = 0, more = 1; more; ++first) {
      auto host = with(scene, CrashingFiles(scene.host.files.disk, first));
      more = cut(host, scene.run);
      for (int second = 0, again = 1; again; ++second) {
        REQUIRE(second < 200);
        auto other = with(scene, CrashingFiles(host.files.disk, second));
        again = cut(
            other, [](BlsHost& h) { return apply(h, "p2", "third=1 hugepagesz=2M hugepages=4"); });
        ++points;
        INFO("cut before step " << first << ", then before step " << second);
        auto removed = with(scene, CrashingFiles(other.files.disk));
        REQUIRE(removed.backend().remove(false));
        CHECK(removed.files.disk == clean.files.disk);
      }
    }
  }
  fmt::print("entries: {} pairs of crash points, none bad\n", points);
  CHECK(points > 1000);
}

// Its boot would confirm itself, and so undo what the owner asked for.
TEST_CASE(
    "entries: a power cut in a remove that has begun to change entries leaves no trial to be "
    "booted",
    "[bls][crash][trial]") {
  int points = 0;
  for (auto& start : bls_hosts()) {
    REQUIRE(apply(start, "p0", kOld));
    REQUIRE(apply(start, "p1", kNew, true));
    const Scene scene{start.name, std::move(start), {}};
    for (int at = 0;; ++at) {
      REQUIRE(at < 200);
      auto host = with(scene, CrashingFiles(scene.host.files.disk, at));
      try {
        if (auto done = host.backend().remove(false); !done) FAIL(done.error().what);
        break;
      } catch (const PowerCut&) {
      }
      const auto state = BlsState::parse(host.files.read(kBlsState).value_or(""));
      if (!state || !state->removing) continue;
      ++points;
      INFO(scene.name << ": cut before step " << at);
      if (host.boot.loader == Loader::grub_bls) CHECK(!grub_boots(host).contains("vfirst.trial="));
      for (const auto& [path, text] : host.files.disk)
        CHECK(!(is_entry(path) && path.contains("-vfirst+")));
    }
  }
  fmt::print("entries: {} crash points of a remove with an armed trial, none bad\n", points);
  CHECK(points > 50);
}

TEST_CASE(
    "entries: a full or broken disk anywhere is an error that names it, and each file is old or "
    "new",
    "[bls][crash]") {
  int points = 0;
  const auto all = scenes();
  for (const auto& scene : all) {
    INFO(scene.name);
    const auto old = seen(scene.host.files);
    auto whole = with(scene, CrashingFiles(scene.host.files.disk));
    REQUIRE(scene.run(whole));
    const auto fresh = seen(whole.files);
    for (const int error : {ENOSPC, EROFS, EIO}) {
      for (int at = 0;; ++at) {
        REQUIRE(at < 200);
        auto host = with(scene, CrashingFiles(scene.host.files.disk, at, error));
        const auto done = scene.run(host);
        ++points;
        INFO("errno " << error << " at step " << at);
        for (const auto& [path, text] : seen(host.files))
          CHECK(
              ((old.contains(path) && old.at(path) == text) ||
               (fresh.contains(path) && fresh.at(path) == text)));
        if (done) break;
        CHECK(done.error().code == static_cast<std::errc>(error));
        auto again = with(scene, CrashingFiles(host.files.disk));
        REQUIRE(scene.run(again));
        CHECK(again.files.disk == whole.files.disk);
      }
    }
  }
  fmt::print("entries: {} injected errors, none bad\n", points);
}
