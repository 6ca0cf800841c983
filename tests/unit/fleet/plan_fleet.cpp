// SPDX-License-Identifier: GPL-2.0-or-later
// Many hosts in one run: what stands in the directory of plans, what is said of those that were
// refused, and that the number of threads makes no difference.
#include "fleet/plan_fleet.hpp"

#include "facts/capture.hpp"
#include "fleet/host_facts.hpp"
#include "fleet/summary.hpp"
#include "machines/golden.hpp"
#include "report/facts_report.hpp"
#include "report/plan_report.hpp"

#include <fcntl.h>
#include <unistd.h>

using namespace vfirst;
using test::TempTree;
namespace fs = std::filesystem;

namespace {

test::MachineTree machine(const std::string& shape) {
  return test::MachineTree(fs::path(VFIRST_TESTS_DIR) / "machines" / shape / "machine");
}
Facts facts_of(const std::string& shape) {
  return *read_facts(machine(shape).root());
}

constexpr std::string_view kPolicy =
    "[cpu]\nreserved-cores-per-node = 1\nisolate = yes\n[hugepages]\nsize = 1G\nper-node = "
    "40\nhost-reserve = 4G\n";
PolicySet policy(std::string_view text = kPolicy) {
  return PolicySet({{"50-all.ini", std::string(text)}});
}

// Three hosts that are planned, two that ask for more pages than there are, and one file that is no
// facts.
void fill(TempTree& tree) {
  for (const auto* shape : {"2s64c-e810x2", "epyc-nps4", "memless-node"})
    tree.add(fmt::format("{}.json", shape), facts_json(facts_of(shape)));
  for (auto [name, gib] : {std::pair{"small-1", 20}, {"small-2", 24}}) {
    auto facts = facts_of("1s-no-iommu");
    for (auto& node : facts.numa)
      node.total_kb = static_cast<std::uint64_t>(gib) << 20;
    tree.add(fmt::format("{}.json", name), facts_json(facts));
  }
  tree.add("torn.json", facts_json(facts_of("epyc-nps4")).substr(0, 1000));
  tree.add("notes.txt", "not a host");
}

std::string everything(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    files.push_back(entry.path());
  std::ranges::sort(files);
  std::string out;
  for (const auto& file : files)
    out += "== " + file.filename().string() + "\n" + test::content(file);
  return out;
}

FleetSummary run(const TempTree& in, const fs::path& out, unsigned threads) {
  fs::create_directories(out);
  const auto hosts = hosts_in(in.path());
  if (!hosts) FAIL(hosts.error().what);
  const auto summary = plan_fleet(*hosts, policy(), out, {.kernel = {}, .threads = threads});
  if (!summary) FAIL(summary.error().what);
  return *summary;
}

}  // namespace

TEST_CASE(
    "each host gets the plan that it gets alone, and a refused one gets none, not an earlier run's "
    "either",
    "[fleet][report]") {
  TempTree in, out;
  fill(in);
  out.add("small-1.plan.json", "of another day");
  const auto summary = run(in, out.path(), 2);
  CHECK(summary.hosts == 6);
  CHECK(summary.planned == 3);
  REQUIRE(summary.refused.size() == 3);
  CHECK(summary.refused[0].host == "small-1");
  CHECK(summary.refused[0].why.starts_with(
      "50-all.ini:6: node 0: 40 pages of 1G asked, the node can give "));
  CHECK(summary.refused[2].why.starts_with("torn.json: /"));
  const auto alone = plan_host(facts_of("epyc-nps4"), policy(), {});
  REQUIRE(alone);
  CHECK(out.content("epyc-nps4.plan.json") == plan_json(*alone));
  CHECK_FALSE(fs::exists(out.path() / "small-1.plan.json"));
  CHECK_FALSE(fs::exists(out.path() / "torn.plan.json"));
  CHECK_FALSE(fs::exists(out.path() / "notes.plan.json"));
  CHECK(out.content("summary.json") == summary_json(summary));
}

TEST_CASE(
    "the bytes do not depend on the number of threads, nor on an earlier run", "[fleet][report]") {
  TempTree in, out;
  fill(in);
  run(in, out.path() / "one", 1);
  const auto first = everything(out.path() / "one");
  run(in, out.path() / "five", 5);
  CHECK(everything(out.path() / "five") == first);
  run(in, out.path() / "one", 3);
  CHECK(everything(out.path() / "one") == first);
}

TEST_CASE(
    "refusals that differ in their numbers alone are one reason, the most frequent first",
    "[fleet][report]") {
  TempTree in, out;
  fill(in);
  const auto summary = run(in, out.path(), 1);
  const auto why = reasons(summary);
  REQUIRE(why.size() == 2);
  CHECK(why[0].hosts == std::vector<std::string>{"small-1", "small-2"});
  CHECK(why[0].why == summary.refused[0].why);
  CHECK(why[1].hosts == std::vector<std::string>{"torn"});
  const auto text = summary_text(summary);
  CHECK(text.starts_with(
      "3 of 6 hosts planned, 3 refused\n\nRefused\n  2  50-all.ini:6: node 0: 40 pages"));
  CHECK(text.find("small-1, small-2\n") != text.npos);
}

TEST_CASE("findings are counted once a host", "[fleet][report]") {
  FleetSummary summary{
      3,
      3,
      {},
      {{"vf-remote-node", {Severity::warning, 2}},
       {"pf-expect", {Severity::error, 1}},
       {"cpus-offline", {Severity::note, 3}}}};
  CHECK(
      summary_text(summary) ==
      "3 of 3 hosts planned, 0 refused\n\nFindings, by hosts\n  1  error    pf-expect\n  2  "
      "warning  vf-remote-node\n");
  TempTree in, out;
  in.add("a.json", facts_json(facts_of("memless-node")));
  const auto made = run(in, out.path(), 1);
  const auto plan = plan_host(facts_of("memless-node"), policy(), {});
  REQUIRE(plan);
  for (const auto& finding : plan->findings) {
    INFO(finding.code);
    CHECK(made.findings.at(finding.code).hosts == 1);
  }
}

TEST_CASE(
    "a tar, one with the tree a folder down, and the tree itself give the plan of the document",
    "[fleet][report][import]") {
  const auto tree = machine("2s64c-e810x2");
  TempTree files;
  const auto tar = files.path() / "host.tar";
  const int fd = ::open(tar.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(fd >= 0);
  REQUIRE(capture(tree.root(), fd));
  ::close(fd);
  const auto shell = [](const std::string& command) { return std::system(command.c_str()); };
  const auto at = files.path().string();
  REQUIRE(
      shell(fmt::format(
          "mkdir -p '{0}/gathered/2s64c' && tar -xf '{0}/host.tar' -C '{0}/gathered/2s64c' && "
          "tar -cjf '{0}/topology.tar.bz2' -C '{0}/gathered' 2s64c",
          at)) == 0);
  files.add("host.json", facts_json(*read_facts(tree.root())));
  const auto wanted = host_facts(files.path() / "host.json", {});
  REQUIRE(wanted);
  for (const auto& path :
       {tar, files.path() / "topology.tar.bz2", files.path() / "gathered", tree.path()}) {
    INFO(path.string());
    const auto facts = host_facts(path, {});
    REQUIRE(facts);
    CHECK(*facts == *wanted);
  }
  CHECK(host_of_file("r760.tar.gz") == "r760");
  CHECK(host_of_file("r760.json") == "r760");
  CHECK_FALSE(host_of_file("README"));
  CHECK_FALSE(host_of_file(".json"));
}

TEST_CASE("what is no host is refused by its name", "[fleet][report]") {
  TempTree files{
      {"bad.tar", "no archive"},
      {"empty/x", ""},
      {"a/sys/", ""},
      {"a.json", "{}"},
      {"none/README", ""}};
  const auto refusal = [&](const std::string& name) {
    const auto facts = host_facts(files.path() / name, {});
    return facts ? "accepted" : facts.error().what;
  };
  CHECK(refusal("bad.tar").starts_with("bad.tar: tar cannot unpack it: tar: "));
  CHECK(
      refusal("empty") ==
      "empty: it has no sys/, so it is not a capture of vfirst or hwloc-gather-topology");
  CHECK(
      refusal("a.json") ==
      "a.json: neither facts (from vfirst facts --json) nor an inspection by Ironic");
  CHECK(refusal("a") == "a: sys/devices/system/cpu: this tree shows no CPU");
  CHECK(refusal("missing.json").ends_with("/missing.json: there is no such file"));
  CHECK(hosts_in(files.path()).error().what.ends_with(": a and a.json are both for the host a"));
  CHECK(hosts_in(files.path() / "none")
            .error()
            .what.ends_with(": no host in it (NAME.json, a tar or a tree)"));
  CHECK(hosts_in(files.path() / "nowhere").error().code == std::errc::no_such_file_or_directory);
}

TEST_CASE(
    "where the plans cannot be written the run fails, and is no refusal of a host",
    "[fleet][report]") {
  TempTree in;
  fill(in);
  const auto hosts = hosts_in(in.path());
  REQUIRE(hosts);
  const auto summary =
      plan_fleet(*hosts, policy(), in.path() / "notes.txt", {.kernel = {}, .threads = 2});
  REQUIRE_FALSE(summary);
  CHECK(summary.error().code != std::errc::invalid_argument);
}

TEST_CASE(
    "a policy is read once where no file asks for a machine, else for each",
    "[fleet][report][policy]") {
  const auto machine = [](std::string product) {
    return MatchFacts{std::move(product), {}, {}, {}, {}, {}};
  };
  const auto same = policy();
  const auto a = same.of(machine("A")), b = same.of(machine("B"));
  REQUIRE((a && b));
  CHECK(a->get() == b->get());
  const std::vector<Source> texts{
      {"50-all.ini", std::string(kPolicy)},
      {"60-a.ini", "[match]\nproduct = A*\n[cpu]\nreserved-cores-per-node = 2\n"}};
  const PolicySet differs(texts);
  for (const auto* product : {"A1", "B", ""}) {
    INFO(product);
    CHECK(**differs.of(machine(product)) == *parse_policy(texts, machine(product)));
  }
  CHECK((*differs.of(machine("A1")))->cpu.reserved_cores_per_node->value == 2);
  const auto wrong = policy("[cpu]\nisolat = yes\n");
  REQUIRE(wrong.fault());
  CHECK(
      wrong.fault()->what ==
      "50-all.ini:2: unknown key 'isolat' in [cpu]; did you mean 'isolate'?");
  CHECK_FALSE(wrong.of({}));
}
