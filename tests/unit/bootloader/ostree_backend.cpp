// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/ostree_backend.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "crash/crashing_files.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <set>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr auto kOthersWords = "root=UUID=1 quiet ostree=/ostree/boot.1/x/0";
constexpr auto kEntry = "boot/loader/entries/ostree-1.conf";

std::string entry(const std::string& options, const std::string& owner = "") {
  return "title Test (ostree:0)\nversion 1\noptions " + options + "\nlinux /ostree/x/vmlinuz\n" +
         (owner.empty() ? "" : "x-options-source-vfirst " + owner + "\n");
}

// The entry is changed at once, where a host does so at shutdown: tests/ostree/run has the real
// one, and a staged deployment.
struct Ostree {
  CrashingFiles files;
  BootFacts boot;
  std::set<std::string, std::less<>> programs{"rpm-ostree"};
  std::string version = "2026.4";
  bool broken = false, lying = false;
  std::vector<std::vector<std::string>> runs;
  OstreeBackend backend;

  explicit Ostree(const std::string& options = kOthersWords, bool is_host = true)
      : files(CrashingFiles::Disk{{kEntry, entry(options)}}),
        backend(
            files, boot, is_host,
            [this](const std::vector<std::string>& argv, std::string_view) { return run(argv); }) {
    boot.loader = Loader::ostree;
    boot.cmdline = options;
  }
  Ostree(const Ostree&) = delete;
  Ostree& operator=(const Ostree&) = delete;

  Result<Ended> run(const std::vector<std::string>& argv) {
    if (argv == std::vector<std::string>{"ostree", "--version"})
      return Ended{0, "libostree:\n Version: '" + version + "'\n Features:\n", ""};
    if (!programs.contains(argv[0])) return failed(ENOENT, "{}: not there", argv[0]);
    if (argv.back() == "--version" || argv.back() == "--help") return Ended{0, "", ""};
    runs.push_back(argv);
    if (broken) return Ended{1, "", "some noise\nerror: No space left\n"};
    if (lying) return Ended{0, "Changes queued\n", ""};
    auto words = split_arguments(options());
    std::string owner;
    if (argv[0] == "bootc") {
      REQUIRE(std::vector(argv.begin(), argv.begin() + 5) == bootc_words({}));
      const auto text = std::string(owned());
      std::erase_if(words, [&](const KernelArg& word) { return Arguments(text).contains(word); });
      if (argv.size() > 5) owner = argv.at(6);
      for (const auto& word : split_arguments(owner))
        if (!Arguments(words).contains(word)) words.push_back(word);
    } else {
      REQUIRE(argv[1] == "kargs");
      for (const auto& option : std::span(argv).subspan(2)) {
        const auto word = split_arguments(option.substr(option.find('=') + 1)).at(0);
        if (option.starts_with("--delete=")) {
          const auto found = std::ranges::find(words, word.raw, &KernelArg::raw);
          REQUIRE(found != words.end());
          words.erase(found);
        } else {
          REQUIRE(option.starts_with("--append="));
          words.push_back(word);
        }
      }
    }
    files.disk[kEntry] = entry(join_arguments(words), owner);
    return Ended{0, "", ""};
  }
  std::string options() const {
    const auto text = files.disk.at(kEntry);
    const auto at = text.find("options ") + 8;
    return text.substr(at, text.find('\n', at) - at);
  }
  std::string owned() const {
    const auto text = files.disk.at(kEntry);
    const auto at = text.find("x-options-source-vfirst ");
    return at == text.npos ? "" : std::string(trimmed(text.substr(at + 24)));
  }
  Result<ApplyOutcome> apply(const char* arguments, bool dry_run = false) {
    ApplyOptions options;
    options.plan = "p1";
    options.dry_run = dry_run;
    return backend.apply(arguments, options);
  }
};

std::string behind(const char* ours) {
  return std::string(kOthersWords) + ' ' + ours;
}

}  // namespace

TEST_CASE(
    "on an ostree host rpm-ostree is given ours; twice is once, and remove leaves the others",
    "[kernel-arguments]") {
  Ostree host;
  const auto disk = host.files.disk;
  REQUIRE(host.apply("iommu=pt isolcpus=2-3", true));
  CHECK(host.files.disk == disk);
  CHECK(host.runs.empty());
  const auto done = host.apply("iommu=pt isolcpus=2-3");
  REQUIRE(done);
  CHECK(done->wrote);
  CHECK(done->reboot_needed);
  CHECK(host.options() == behind("iommu=pt isolcpus=2-3"));
  const auto writes = host.files.writes;
  CHECK_FALSE(host.apply("iommu=pt isolcpus=2-3")->wrote);
  CHECK(host.files.writes == writes);
  CHECK(host.runs.size() == 1);
  REQUIRE(host.apply("iommu=pt"));
  CHECK(host.options() == behind("iommu=pt"));
  CHECK(host.backend.state()->good.str() == "iommu=pt");
  CHECK(host.backend.state()->good_place == kEntry);
  REQUIRE(host.backend.rollback());
  CHECK(host.options() == behind("iommu=pt isolcpus=2-3"));
  REQUIRE(host.backend.remove(false));
  CHECK(host.files.disk == disk);
  host.files.disk["var/lib/vfirst/provisioned"] = "p1\n";
  CHECK_FALSE(host.backend.remove(false)->wrote);
}

TEST_CASE("what others wrote since stays, in its order", "[kernel-arguments]") {
  Ostree host;
  REQUIRE(host.apply("iommu=pt isolcpus=2-3"));
  host.files.disk[kEntry] = entry(behind("iommu=pt isolcpus=2-3 nosmt"));
  CHECK_FALSE(host.apply("iommu=pt isolcpus=2-3")->wrote);
  REQUIRE(host.apply("isolcpus=2-5"));
  CHECK(host.options() == behind("nosmt isolcpus=2-5"));
  SECTION("one of ours that somebody took out is put back") {
    REQUIRE(host.apply("a=1 b=2 c=3"));
    host.files.disk[kEntry] = entry(behind("nosmt a=1 c=3"));
    REQUIRE(host.apply("a=1 b=2 c=3"));
    CHECK(host.options() == behind("nosmt a=1 b=2 c=3"));
  }
  SECTION("a single word that looks like one of ours is somebody else's") {
    REQUIRE(host.apply("iommu=pt isolcpus=2-3"));
    host.files.disk[kEntry] = entry("root=UUID=1 iommu=pt quiet");
    CHECK(host.backend.state()->good.empty());
    REQUIRE(host.apply("isolcpus=2-3"));
    REQUIRE(host.apply(""));
    CHECK(host.options() == "root=UUID=1 iommu=pt quiet");
  }
}

TEST_CASE(
    "equal arguments of others stay where they are, although rpm-ostree deletes the first",
    "[kernel-arguments][hugepages]") {
  const std::string others = "root=x hugepagesz=1G hugepages=2 console=tty0 quiet";
  Ostree host(others);
  REQUIRE(host.apply("hugepagesz=1G hugepages=8 hugepagesz=2M hugepages=8 quiet"));
  CHECK(host.options() == others + " hugepagesz=1G hugepages=8 hugepagesz=2M hugepages=8 quiet");
  REQUIRE(host.apply("hugepagesz=1G hugepages=4"));
  CHECK(host.options() == others + " hugepagesz=1G hugepages=4");
  REQUIRE(host.backend.remove(false));
  CHECK(host.options() == others);
}

TEST_CASE("where the program fails or lies, ours is what it was", "[kernel-arguments]") {
  Ostree host;
  REQUIRE(host.apply("a=1"));
  const auto disk = host.files.disk;
  SECTION("it fails") {
    host.broken = true;
    const auto done = host.apply("a=2 b=$x");
    REQUIRE_FALSE(done);
    CHECK_WORDS(
        done.error().what ==
        "rpm-ostree failed (1): error: No space left. It was run so: "
        "rpm-ostree kargs --delete=a=1 --append=a=2 '--append=b=$x'");
    CHECK(host.files.disk == disk);
  }
  SECTION("it says that it did") {
    host.lying = true;
    const auto done = host.apply("a=2");
    REQUIRE_FALSE(done);
    CHECK(done.error().kind != Error::Kind::refused);
    CHECK(host.backend.state()->good.str() == "a=1");
    host.lying = false;
    REQUIRE(host.apply("a=2"));
    CHECK(host.options() == behind("a=2"));
  }
}

TEST_CASE(
    "a run that is cut short anywhere leaves the old arguments or the new, and the next finishes",
    "[kernel-arguments]") {
  Ostree model;
  REQUIRE(model.apply("a=1 b=2"));
  const auto start = model.files.disk;
  const auto before = model.files.steps;
  REQUIRE(model.apply("a=1 c=3"));
  const auto whole = model.files.steps - before;
  for (int at = 0; at <= whole; ++at) {
    Ostree host;
    CrashingFiles files(start, at);
    OstreeBackend backend(
        files, host.boot, true, [&](const std::vector<std::string>& argv, std::string_view) {
          host.files.disk = files.disk;
          auto ended = host.run(argv);
          files.disk[kEntry] = host.files.disk[kEntry];
          return ended;
        });
    ApplyOptions options;
    options.plan = "p2";
    bool cut = false;
    try {
      cut = !backend.apply("a=1 c=3", options);
    } catch (const PowerCut&) {
      cut = true;
    }
    CHECK(cut == (at < whole));
    host.files.disk = files.disk;
    const auto now = host.options();
    CHECK((now == behind("a=1 b=2") || now == behind("a=1 c=3")));
    REQUIRE(host.apply("a=1 c=3"));
    CHECK(host.options() == behind("a=1 c=3"));
    REQUIRE(host.backend.remove(false));
    CHECK(host.options() == kOthersWords);
  }
}

TEST_CASE("bootc is run where it keeps an owner, and only with what it keeps", "[bls]") {
  Ostree host;
  host.programs = {"bootc", "rpm-ostree"};
  REQUIRE(host.apply("iommu=pt isolcpus=2-3"));
  CHECK(host.runs.back()[0] == "bootc");
  CHECK(host.owned() == "iommu=pt isolcpus=2-3");
  CHECK(host.options() == behind("iommu=pt isolcpus=2-3"));
  SECTION("the owner is known without our record") {
    host.files.disk.erase("var/lib/vfirst/ostree");
    CHECK_FALSE(host.apply("iommu=pt isolcpus=2-3")->wrote);
    REQUIRE(host.apply("iommu=pt"));
    CHECK(host.options() == behind("iommu=pt"));
    REQUIRE(host.backend.remove(false));
    CHECK(host.options() == kOthersWords);
    CHECK(host.owned().empty());
  }
  SECTION("it would lose one of two equal arguments") {
    const auto refused = host.apply("hugepagesz=1G hugepages=8 hugepagesz=2M hugepages=8");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == std::errc::operation_not_supported);
    CHECK_WORDS(refused.error().what.contains("(hugepages=8)"));
    REQUIRE(host.backend.remove(false));
    REQUIRE(host.apply("hugepagesz=1G hugepages=8 hugepagesz=2M hugepages=8"));
    CHECK(host.runs.back()[0] == "rpm-ostree");
  }
  SECTION("it would take somebody else's equal one with ours") {
    REQUIRE(host.backend.remove(false));
    REQUIRE(host.apply("iommu=pt quiet"));
    CHECK(host.runs.back()[0] == "rpm-ostree");
    REQUIRE(host.backend.remove(false));
    CHECK(host.options() == kOthersWords);
  }
  SECTION("its ostree would forget the owner") {
    REQUIRE(host.backend.remove(false));
    host.version = "2025.7";
    REQUIRE(host.apply("iommu=pt"));
    CHECK(host.runs.back()[0] == "rpm-ostree");
  }
}

TEST_CASE("where no program can be run, both commands are named and nothing is written", "[bls]") {
  const std::string commands =
      "Run: rpm-ostree kargs --append=iommu=pt --append=a=1; or, where bootc has loader-entries: "
      "bootc loader-entries set-options-for-source --source vfirst --options 'iommu=pt a=1'";
  for (const bool is_host : {true, false}) {
    Ostree host(kOthersWords, is_host);
    if (is_host) host.programs.clear();
    const auto disk = host.files.disk;
    const auto refused = host.apply("iommu=pt a=1");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == Error::Kind::refused);
    CHECK(refused.error().code == std::errc::operation_not_supported);
    CHECK_WORDS(refused.error().what.ends_with(commands));
    CHECK(host.files.disk == disk);
    CHECK(host.runs.empty());
    CHECK_FALSE(host.apply("")->wrote);
  }
}

TEST_CASE("there are no trials on an ostree host", "[trial]") {
  Ostree host;
  ApplyOptions options;
  options.plan = "p1";
  options.trial = true;
  const auto refused = host.backend.apply("iommu=pt", options);
  REQUIRE_FALSE(refused);
  CHECK_WORDS(refused.error().what.contains("--no-trial"));
  CHECK_FALSE(host.backend.confirm());
  CHECK_FALSE(host.backend.rollback());
  CHECK(host.runs.empty());
}
