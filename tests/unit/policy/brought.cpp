// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/brought.hpp"
#include "policy/load.hpp"
#include "unit/tree.hpp"

#include <sys/stat.h>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace std::chrono_literals;
using vfirst::test::TempTree;

namespace {

// A clock that jumps to the end of each wait.
struct Clock : Events {
  Time at{};
  std::function<void()> event;
  Time now() const override { return at; }
  void wait(Time until, bool) override {
    at = until;
    if (event) event();
  }
  void wake() override {}
};

// one boot of a machine
struct Boot {
  TempTree tree{{"proc/cmdline", "quiet\n"}};
  Clock clock;
  // URLs, in order
  std::vector<std::string> fetched;
  // of the fetch program, the last one for ever
  std::vector<Ended> answers;
  Result<std::vector<Source>> disk = refuse("no disk");
  std::optional<std::string> device;
  unsigned waits = 0, scans = 0;

  std::vector<Brought> run(bool initramfs = true, Events::Time wait = 60s) {
    PolicySeams seams;
    seams.run = [&](const std::vector<std::string>& argv, std::string_view) -> Result<Ended> {
      REQUIRE(argv.size() == 2);
      fetched.push_back(argv[1]);
      if (answers.empty()) return failed(ENOENT, "{}: No such file or directory", argv[0]);
      auto answer = answers.front();
      if (answers.size() > 1) answers.erase(answers.begin());
      return answer;
    };
    seams.network_change = [&](std::chrono::milliseconds limit) { ++waits, clock.at += limit; };
    seams.labelled = [&](bool everywhere) { return scans += everywhere, device; };
    seams.files_on = [&](const std::string&) { return disk; };
    const auto root = tree.root();
    DiskFiles files(root, Settle::sync);
    return bring_policy(root, files, clock, seams, initramfs, wait);
  }
  std::string names() const {
    const auto found = find_policy(tree.root(), {});
    if (!found) return found.error().what;
    std::string out;
    for (const auto& source : *found)
      out += (out.empty() ? "" : " ") + source.name;
    return out;
  }
};

std::string told(const std::vector<Brought>& all) {
  std::string out;
  for (const auto& one : all)
    out += fmt::format(
        "{}{}: {}", out.empty() ? "" : "; ", one.text, one.cause.empty() ? one.got : one.cause);
  return out;
}

const Ended kNoRoute{7, "", "curl: (7) Failed to connect to srv port 80: No route to host\n"};

}  // namespace

TEST_CASE("where nobody brought policy nothing is written and nothing is said") {
  Boot boot;
  boot.tree.add(
      {{"etc/vfirst/policy.d/50-fleet.ini", "[cpu]\n"},
       {"usr/lib/vfirst/image-policy.d/50-fleet.ini", "; the copy of the image\n[cpu]\n"}});
  CHECK(boot.run().empty());
  CHECK_FALSE(boot.tree.root().exists("run"));
  CHECK(boot.scans == 0);
}

TEST_CASE(
    "what the boot loader put beside the image's files goes to /run, and the image's own do not") {
  Boot boot;
  boot.tree.add(
      {{"etc/vfirst/policy.d/50-fleet.ini", "[cpu]\n"},
       {"usr/lib/vfirst/image-policy.d/50-fleet.ini", "; the copy of the image\n[cpu]\n"},
       {"etc/vfirst/policy.d/90-host.ini", "[iommu]\nmode = off\n"},
       {"etc/vfirst/policy.d/README", "x"}});
  CHECK(told(boot.run()) == "policy 90-host.ini from the boot loader: 90-host.ini");
  CHECK(boot.tree.content("run/vfirst/policy.d/90-host.ini") == "[iommu]\nmode = off\n");
  CHECK(
      boot.names() ==
      "50-fleet.ini etc/vfirst/policy.d/90-host.ini run/vfirst/policy.d/90-host.ini");
  struct stat info{};
  REQUIRE(::stat((boot.tree.path() / "run/vfirst/policy.d/90-host.ini").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0644);
}

TEST_CASE("a file of the image that the boot loader replaced is the boot loader's") {
  Boot boot;
  boot.tree.add(
      {{"etc/vfirst/policy.d/90-host.ini", "[iommu]\nmode = off\n"},
       {"usr/lib/vfirst/image-policy.d/90-host.ini", "; the copy of the image\n[cpu]\n"}});
  CHECK(told(boot.run()) == "policy 90-host.ini from the boot loader: 90-host.ini");
}

TEST_CASE(
    "without the image's copies nobody can tell, and the real root's newer files must not lose to "
    "old ones") {
  Boot boot;
  boot.tree.add("etc/vfirst/policy.d/90-host.ini", "[cpu]\n");
  CHECK(boot.run().empty());
}

TEST_CASE("the real root's own files are not taken for the boot loader's") {
  Boot boot;
  boot.tree.add(
      {{"etc/vfirst/policy.d/90-host.ini", "[cpu]\n"}, {"usr/lib/vfirst/image-policy.d/", ""}});
  CHECK(boot.run(false, 0s).empty());
}

TEST_CASE("a file that anyone may write is not brought along") {
  Boot boot;
  boot.tree.add(
      {{"etc/vfirst/policy.d/90-host.ini", "[cpu]\n"}, {"usr/lib/vfirst/image-policy.d/", ""}});
  REQUIRE(::chmod((boot.tree.path() / "etc/vfirst/policy.d/90-host.ini").c_str(), 0666) == 0);
  CHECK(
      told(boot.run()) ==
      "policy 90-host.ini from the boot loader: 90-host.ini: anyone may write it (mode 0666); "
      "take that away (chmod o-w)");
  CHECK_FALSE(boot.tree.root().exists("run/vfirst/policy.d"));
}

TEST_CASE("a URL is fetched once, under a name that says which it was") {
  Boot boot;
  boot.tree.add(
      "proc/cmdline",
      "vfirst.policy=http://srv/a/host.ini?mac=1 vfirst.policy=https://srv/policy\n");
  boot.answers = {{0, "[cpu]\n", ""}};
  CHECK(
      told(boot.run()) ==
      "policy from http://srv/a/host.ini?mac=1: url-1-host.ini; policy from https://srv/policy: "
      "url-2-policy.ini");
  CHECK(
      boot.fetched ==
      std::vector<std::string>{"http://srv/a/host.ini?mac=1", "https://srv/policy"});
  CHECK(boot.names() == "url-1-host.ini url-2-policy.ini");
  const auto record = boot.tree.content("run/vfirst/sources");
  CHECK(boot.run(false, 0s).empty());
  CHECK(boot.fetched.size() == 2);
  CHECK(boot.tree.content("run/vfirst/sources") == record);
}

TEST_CASE("a network that comes up later is waited for") {
  Boot boot;
  boot.tree.add("proc/cmdline", "vfirst.policy=http://srv/host.ini\n");
  boot.answers = {kNoRoute, kNoRoute, {0, "[cpu]\n", ""}};
  CHECK(told(boot.run()) == "policy from http://srv/host.ini: url-1-host.ini");
  CHECK(boot.waits == 2);
}

TEST_CASE("one that does not is a line, after the time for it") {
  Boot boot;
  boot.tree.add("proc/cmdline", "vfirst.policy=http://srv/host.ini\n");
  boot.answers = {kNoRoute};
  const auto brought = boot.run();
  CHECK(
      told(brought) ==
      "policy from http://srv/host.ini: curl: (7) Failed to connect to srv port 80: No route to "
      "host");
  CHECK(boot.clock.at == 60s);
  CHECK(brought[0].error == EIO);
  CHECK(brought[0].took == 60s);
  SECTION("and the real root asks once more, without waiting") {
    boot.waits = 0;
    boot.answers = {{0, "[cpu]\n", ""}};
    CHECK(told(boot.run(false, 0s)) == "policy from http://srv/host.ini: url-1-host.ini");
    CHECK(boot.waits == 0);
  }
}

TEST_CASE("what will not get better is not tried again") {
  Boot boot;
  boot.tree.add("proc/cmdline", "vfirst.policy=http://srv/none.ini\n");
  boot.answers = {
      {22, "",
       "  % Total    % Received\r  0     0\r\ncurl: (22) The requested URL returned "
       "error: 404\nWarning: tried 3 times\n"}};
  CHECK(
      told(boot.run()) ==
      "policy from http://srv/none.ini: curl: (22) The requested URL returned error: 404");
  CHECK(boot.fetched.size() == 1);
}

TEST_CASE("an initramfs without curl says what it lacks") {
  Boot boot;
  boot.tree.add("proc/cmdline", "vfirst.policy=http://srv/host.ini\n");
  CHECK(
      told(boot.run()) ==
      "policy from http://srv/host.ini: /usr/libexec/vfirst/fetch is not here: dracut's module "
      "url-lib brings it into the initramfs");
}

TEST_CASE(
    "a filesystem labelled VFIRST counts where it is there, and is not looked for on every disk") {
  Boot boot;
  boot.device = "/dev/sdb1";
  boot.disk = std::vector<Source>{{"10-a.ini", "[cpu]\n"}, {"20-b.ini", "[iommu]\n"}};
  CHECK(
      told(boot.run()) ==
      "policy from the filesystem labelled VFIRST: disk-10-a.ini disk-20-b.ini");
  CHECK(boot.scans == 0);
  CHECK(boot.names() == "disk-10-a.ini disk-20-b.ini");
  CHECK(boot.run(false, 0s).empty());
}

TEST_CASE("vfirst.policy=LABEL=VFIRST waits for it") {
  Boot boot;
  boot.tree.add("proc/cmdline", "vfirst.policy=LABEL=VFIRST\n");
  boot.disk = std::vector<Source>{{"10-a.ini", "[cpu]\n"}};
  SECTION("until it comes") {
    boot.clock.event = [&] { boot.device = "/dev/sdb1"; };
    CHECK(told(boot.run()) == "policy from the filesystem labelled VFIRST: disk-10-a.ini");
  }
  SECTION("or the time is over") {
    CHECK(
        told(boot.run()) ==
        "policy from the filesystem labelled VFIRST: no filesystem has this label");
    CHECK(boot.clock.at == 60s);
  }
}

TEST_CASE("a disk that cannot be read, or has no policy, is a line") {
  Boot boot;
  boot.device = "/dev/sdb1";
  boot.disk = refuse("/dev/sdb1: crypto_LUKS is not mounted here");
  CHECK(
      told(boot.run()) ==
      "policy from the filesystem labelled VFIRST: /dev/sdb1: crypto_LUKS is not mounted here");
  boot.disk = std::vector<Source>{};
  CHECK(
      told(boot.run()) ==
      "policy from the filesystem labelled VFIRST: /dev/sdb1: there is no .ini file on it");
}
