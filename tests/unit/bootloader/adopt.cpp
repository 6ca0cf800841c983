// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/adopt.hpp"

#include "bootloader/grub_backend.hpp"
#include "bootloader/selector.hpp"
#include "crash/grub_view.hpp"
#include "loader/default_grub.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

const std::string kDefaults =
    "# If you change this file, run 'update-grub' afterwards\n"
    "GRUB_DEFAULT=0\n"
    "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet isolcpus=1 splash\"   # isolcpus=1 was for the old card\n"
    "GRUB_CMDLINE_LINUX='console=tty0 console=ttyS0,115200'\n"
    "#GRUB_CMDLINE_LINUX=\"isolcpus=1\"\n";

// grub-mkconfig on such a host: what the files say, in every normal entry.
struct ForeignHost {
  CrashingFiles files;
  Root root = std::move(*Root::open("/"));
  BootFacts boot;
  ApplyOptions options;
  RunProcess run = [this](const std::vector<std::string>& argv, std::string_view) -> Result<Ended> {
    if (argv[0] == "grub-mkconfig")
      return Ended{broken ? 1 : 0, config(), broken ? "no device\n" : ""};
    return Ended{};
  };
  bool broken = false;

  explicit ForeignHost(int at = -1, int error = 0)
      : files(
            {{"etc/default/grub", kDefaults},
             {"etc/grub.d/09_vfirst", "#!/bin/sh"},
             {"etc/default/grub.d/zz-vfirst.cfg", "x"}},
            at, error) {
    files.executable = {"etc/grub.d/09_vfirst"};
    files.disk["boot/grub/grub.cfg"] = config();
    boot.loader = Loader::grub;
    boot.filesystem = "ext4";
    boot.device = "vda1";
    options.plan = "p1";
    options.run = run;
  }
  bool in_files(const std::string& argument) const {
    return !default_sources(files, split_arguments(argument).front()).empty();
  }
  std::string config() const {
    auto text = grub_cfg(true);
    if (!in_files("isolcpus=1")) return text;
    for (auto at = text.find("quiet $vfirst_args"); at != text.npos;
         at = text.find("quiet $vfirst_args", at + 20))
      text.insert(at + 5, " isolcpus=1");
    return text;
  }
  // The whole line that the next boot's kernel is given.
  std::vector<std::string> line() const {
    const auto parsed = GrubConfig::parse(*files.read("boot/grub/grub.cfg"));
    auto out = parsed.entries.front().words;
    std::set<std::string> doubtful;
    const auto ours = grub_sees(files, doubtful);
    CHECK(doubtful == std::set<std::string>{});
    for (std::size_t at = 0; at < ours.size();) {
      const auto end = std::min(ours.find(' ', at), ours.size());
      out.push_back(ours.substr(at, end - at));
      at = end + 1;
    }
    return out;
  }
  bool has(const std::string& word) const {
    const auto all = line();
    return std::find(all.begin(), all.end(), word) != all.end();
  }
};

}  // namespace

TEST_CASE(
    "an adopted word is ours: the kernel gets it as before, the files give it up, remove puts it "
    "back",
    "[trial]") {
  ForeignHost host;
  auto disk = host.files.disk;
  REQUIRE(apply_arguments(host.files, host.root, host.boot, "iommu=pt", host.options));
  const auto adopted = adopt(host.files, host.root, host.boot, "isolcpus=1", host.run);
  REQUIRE(adopted);
  CHECK(adopted->taken == "isolcpus=1");
  CHECK(adopted->notes.empty());
  CHECK(
      host.line() ==
      std::vector<std::string>{"root=UUID=1", "ro", "quiet", "isolcpus=1", "iommu=pt"});
  CHECK_FALSE(host.in_files("isolcpus=1"));
  const int writes = host.files.writes;
  CHECK_FALSE(adopt(host.files, host.root, host.boot, "isolcpus=1", host.run)->wrote);
  CHECK(host.files.writes == writes);

  // and now it may be replaced
  REQUIRE(apply_arguments(host.files, host.root, host.boot, "isolcpus=2-7", host.options));
  CHECK_FALSE(host.has("isolcpus=1"));
  const auto removed = remove_slots(host.files, host.root, host.boot, false, host.run);
  REQUIRE(removed);
  CHECK(removed->notes.empty());
  CHECK(host.files.disk == disk);
}

TEST_CASE(
    "an adoption ends a trial that is armed: the next boot gets what is good and the adopted "
    "word",
    "[trial]") {
  ForeignHost host;
  host.options.trial = false;
  REQUIRE(apply_arguments(host.files, host.root, host.boot, "iommu=pt", host.options));
  auto trial = host.options;
  trial.trial = true;
  trial.plan = "p2";
  REQUIRE(apply_arguments(host.files, host.root, host.boot, "iommu=pt hugepages=4", trial));
  REQUIRE(host.has("hugepages=4"));
  REQUIRE(adopt(host.files, host.root, host.boot, "isolcpus=1", host.run));
  CHECK(
      host.line() ==
      std::vector<std::string>{"root=UUID=1", "ro", "quiet", "isolcpus=1", "iommu=pt"});
  trial.force = false;
  // it was not tried: it may be again
  REQUIRE(
      apply_arguments(host.files, host.root, host.boot, "iommu=pt isolcpus=1 hugepages=4", trial));
  CHECK(host.has("hugepages=4"));
}

TEST_CASE(
    "a file that was edited after adoption is left and named, with the bytes from before kept",
    "[values]") {
  ForeignHost host;
  REQUIRE(adopt(host.files, host.root, host.boot, "isolcpus=1", host.run));
  host.files.disk["etc/default/grub"] += "GRUB_TIMEOUT=1\n";
  const auto removed = remove_slots(host.files, host.root, host.boot, false, host.run);
  REQUIRE(removed);
  REQUIRE(removed->notes.size() == 1);
  CHECK(
      removed->notes[0] ==
      "etc/default/grub: someone else changed it since; what stood there before vfirst: "
      "boot/vfirst/before/etc-default-grub");
  CHECK(host.files.disk.at("boot/vfirst/before/etc-default-grub") == kDefaults);
}

TEST_CASE(
    "a word that stands in no file of GRUB's defaults is refused, and nothing is written",
    "[grub]") {
  ForeignHost host;
  auto& config = host.files.disk["boot/grub/grub.cfg"];
  config.insert(config.find(" $vfirst_args"), " isolcpus=3");
  CHECK(adopt(host.files, host.root, host.boot, "isolcpus=3", host.run)
            .error()
            .what.starts_with("isolcpus=3: not in etc/default/grub"));
  // this boot's alone: the next has it not
  CHECK_FALSE(adopt(host.files, host.root, host.boot, "isolcpus=5", host.run)->wrote);
  CHECK(host.files.writes == 0);
}

TEST_CASE("where grub-mkconfig fails the files are as they were", "[values]") {
  ForeignHost host;
  host.broken = true;
  CHECK_FALSE(adopt(host.files, host.root, host.boot, "isolcpus=1", host.run));
  CHECK(host.files.disk.at("etc/default/grub") == kDefaults);
  CHECK(host.has("isolcpus=1"));
}

TEST_CASE(
    "a power cut anywhere in an adoption leaves the kernel each word, and a second run finishes",
    "[crash]") {
  int points = 0;
  for (int at = 0;; ++at) {
    REQUIRE(at < 200);
    INFO("cut before step " << at);
    ForeignHost host(at);
    bool cut = false;
    try {
      const auto done = adopt(host.files, host.root, host.boot, "isolcpus=1", host.run);
      if (!done) FAIL(done.error().what);
    } catch (const PowerCut&) {
      cut = true;
    }
    ++points;
    CHECK(host.has("isolcpus=1"));
    CHECK(host.has("quiet"));
    ForeignHost again;
    again.files.disk = host.files.disk;
    // What the next run's plan calls foreign: nothing, once the word is in our good slot.
    std::string rest;
    if (current_slots(again.files, again.boot)->selection.good == std::nullopt) rest = "isolcpus=1";
    const auto done = adopt(again.files, again.root, again.boot, rest, again.run);
    if (!done) FAIL(done.error().what);
    CHECK(again.line() == std::vector<std::string>{"root=UUID=1", "ro", "quiet", "isolcpus=1"});
    REQUIRE(remove_slots(again.files, again.root, again.boot, false, again.run));
    CHECK(again.files.disk.at("etc/default/grub") == kDefaults);
    if (!cut) break;
  }
  fmt::print("adopt: {} crash points, none bad\n", points);
  CHECK(points > 30);
}

TEST_CASE(
    "an argument inside another's quoted value is not adopted, and that value is not torn",
    "[kernel-arguments]") {
  ForeignHost host;
  const std::string defaults =
      "GRUB_CMDLINE_LINUX='foo=\"a isolcpus=4-7 b\" console=tty0'\n"
      "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet isolcpus=1\"\n";
  host.files.disk["etc/default/grub"] = defaults;
  auto& config = host.files.disk["boot/grub/grub.cfg"];
  for (auto at = config.find("quiet"); at != config.npos; at = config.find("quiet", at + 30))
    config.insert(at, "foo=\"a isolcpus=4-7 b\" ");
  // this boot's alone: no later one has it as an argument
  CHECK_FALSE(adopt(host.files, host.root, host.boot, "isolcpus=4-7", host.run)->wrote);
  CHECK(host.files.disk.at("etc/default/grub") == defaults);
  REQUIRE(adopt(host.files, host.root, host.boot, "isolcpus=1", host.run));
  CHECK(
      host.files.disk.at("etc/default/grub") ==
      "GRUB_CMDLINE_LINUX='foo=\"a isolcpus=4-7 b\" console=tty0'\n"
      "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
}
