// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/foreign.hpp"

#include "bootloader/grub_backend.hpp"
#include "crash/grub_view.hpp"

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
  std::string config() const {
    auto text = grub_cfg(true);
    if (foreign_sources(files, "isolcpus=1").empty()) return text;
    for (auto at = text.find("quiet $vfirst_args"); at != text.npos;
         at = text.find("quiet $vfirst_args", at + 20))
      text.insert(at + 5, " isolcpus=1");
    return text;
  }
  // The whole line that the next boot's kernel is given.
  std::vector<std::string> line() const {
    const auto parsed = GrubConfig::parse(*files.read("boot/grub/grub.cfg"));
    auto out = parsed.entries.front().arguments;
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

TEST_CASE("a foreign word is found where it is assigned, and nowhere else", "[values]") {
  ForeignHost host;
  CHECK(
      foreign_sources(host.files, "isolcpus=1") ==
      std::vector<ForeignSource>{{"etc/default/grub", 3}});
  CHECK(
      foreign_sources(host.files, "console=ttyS0,115200") ==
      std::vector<ForeignSource>{{"etc/default/grub", 4}});
  CHECK(foreign_sources(host.files, "isolcpus").empty());
  CHECK(foreign_sources(host.files, "console=ttyS0").empty());
  host.files.disk["etc/default/grub.d/50-cloud.cfg"] = "GRUB_CMDLINE_LINUX_DEFAULT=isolcpus=1\n";
  CHECK(
      foreign_sources(host.files, "isolcpus=1").back().str() ==
      "etc/default/grub.d/50-cloud.cfg:1");
}

TEST_CASE("a word goes out of its assignment and leaves every other byte", "[values]") {
  const auto without = without_word(kDefaults, "isolcpus=1");
  CHECK(without == [] {
    auto text = kDefaults;
    text.erase(text.find("isolcpus=1 splash"), 11);
    return text.replace(text.find("# isolcpus=1 was"), 0, "");
  }());
  CHECK(without_word("GRUB_CMDLINE_LINUX=\"a b\"\n", "a") == "GRUB_CMDLINE_LINUX=\"b\"\n");
  CHECK(without_word("GRUB_CMDLINE_LINUX=\"a b\"\n", "b") == "GRUB_CMDLINE_LINUX=\"a\"\n");
  CHECK(without_word("GRUB_CMDLINE_LINUX='a'\n", "a") == "GRUB_CMDLINE_LINUX=''\n");
  CHECK(without_word("  export GRUB_CMDLINE_LINUX=a\n", "a") == "  export GRUB_CMDLINE_LINUX=\n");
  CHECK(
      without_word("GRUB_CMDLINE_LINUX=\"a=1 x b=1\"\n", "b=1") ==
      "GRUB_CMDLINE_LINUX=\"a=1 x\"\n");
  CHECK(
      without_word("GRUB_CMDLINE_LINUX_RECOVERY=\"a\"\n", "a") ==
      "GRUB_CMDLINE_LINUX_RECOVERY=\"a\"\n");
}

TEST_CASE(
    "an adopted word is ours: the kernel gets it as before, the files give it up, remove puts it "
    "back",
    "[trial]") {
  ForeignHost host;
  auto disk = host.files.disk;
  REQUIRE(apply_arguments(host.files, host.root, host.boot, "iommu=pt", host.options));
  const auto adopted = adopt(host.files, host.root, host.boot, {"isolcpus=1"}, host.run);
  REQUIRE(adopted);
  CHECK(adopted->words == std::vector<std::string>{"isolcpus=1"});
  CHECK(adopted->notes.empty());
  CHECK(
      host.line() ==
      std::vector<std::string>{"root=UUID=1", "ro", "quiet", "isolcpus=1", "iommu=pt"});
  CHECK(foreign_sources(host.files, "isolcpus=1").empty());
  const int writes = host.files.writes;
  CHECK_FALSE(adopt(host.files, host.root, host.boot, {"isolcpus=1"}, host.run)->wrote);
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
  REQUIRE(adopt(host.files, host.root, host.boot, {"isolcpus=1"}, host.run));
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
  REQUIRE(adopt(host.files, host.root, host.boot, {"isolcpus=1"}, host.run));
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
  CHECK(adopt(host.files, host.root, host.boot, {"isolcpus=3"}, host.run)
            .error()
            .what.starts_with("isolcpus=3: stands in no assignment"));
  // this boot's alone: the next has it not
  CHECK_FALSE(adopt(host.files, host.root, host.boot, {"isolcpus=5"}, host.run)->wrote);
  CHECK(host.files.writes == 0);
}

TEST_CASE("where grub-mkconfig fails the files are as they were", "[values]") {
  ForeignHost host;
  host.broken = true;
  CHECK_FALSE(adopt(host.files, host.root, host.boot, {"isolcpus=1"}, host.run));
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
      const auto done = adopt(host.files, host.root, host.boot, {"isolcpus=1"}, host.run);
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
    std::vector<std::string> rest;
    if (current_slots(again.files, again.boot)->now.good == 0) rest = {"isolcpus=1"};
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
