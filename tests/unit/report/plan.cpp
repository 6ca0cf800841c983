// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/explain.hpp"
#include "report/facts_report.hpp"
#include "report/plan_report.hpp"
#include "unit/plan/machine.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr auto kText =
    "[cpu]\nisolate = yes\n[hugepages]\nsize = 1G\nper-node = 24\n[iommu]\nmode = passthrough\n[pf "
    "uplink]\nvendor = 8086\nvfs = 2\nvf-driver = vfio-pci\nvf-mac = stable\n[vf uplink 1]\ndriver "
    "= none\n";

Facts machine() {
  auto facts = Machine{.nodes = 2, .cores = 8, .threads = 2}.facts();
  facts.pci = {nic("0000:3b:00.0")};
  return facts;
}

}  // namespace

TEST_CASE("the plan's JSON is the contract's", "[report]") {
  const auto facts = machine();
  const auto p = plan(facts, kText);
  const auto json = nlohmann::json::parse(plan_json(p));
  CHECK(json["schema"] == "vfirst.plan/1");
  CHECK(json["cmdline"] == p.cmdline());
  CHECK(
      json["kargs"][0] == nlohmann::json{
                              {"key", "intel_iommu"},
                              {"value", "on"},
                              {"because", "the firmware has a DMAR table"},
                              {"policy", "p.ini:7"}});
  CHECK(
      json["cpu"] ==
      nlohmann::json{{"reserved", "0,8,16,24"}, {"isolated", "1-7,9-15,17-23,25-31"}});
  CHECK(json["hugepages"][1] == nlohmann::json{{"node", 1}, {"size_kb", 1048576}, {"pages", 24}});
  CHECK(json["pfs"][0]["driver"] == "igb");
  CHECK(json["pfs"][0]["vfs"] == 2);
  CHECK(json["vfs"][0]["driver"] == "vfio-pci");
  CHECK(json["vfs"][0]["migration"]["verdict"] == "not-judged");
  CHECK(json["vfs"][0]["migration"]["wanted"] == false);
  CHECK(json["vfs"][1]["migration"].is_null());
  CHECK(json["vfs"][0]["mac"].get<std::string>().size() == 17);
  CHECK(json["vfs"][1]["driver"] == "none");
  CHECK(json["findings"][0].contains("code"));
  CHECK(json["findings"][0]["subject"].contains("kind"));
  CHECK(json["findings"][0]["sources"].is_array());
  CHECK(json["steps"][0]["action"] == "send new interrupts to CPUs 0,8,16,24");
}

TEST_CASE("an empty plan has every key all the same", "[report]") {
  const auto json = nlohmann::json::parse(plan_json(plan(machine(), "")));
  for (const auto* key : {"kargs", "hugepages", "pfs", "vfs", "steps", "findings", "expectations"})
    CHECK(json[key].is_array());
  CHECK(json["cmdline"] == "");
}

TEST_CASE(
    "explain tells an argument's value, reason, policy line, needs and where its effect is seen",
    "[report][kernel-arguments][policy]") {
  const auto facts = machine();
  const auto text = explain_text("nohz-full", plan(facts, kText), facts);
  REQUIRE(text);
  CHECK(text->find("planned     nohz_full=1-7,9-15,17-23,25-31\n") != std::string::npos);
  CHECK(text->find("p.ini:2") != std::string::npos);
  CHECK(text->find("CONFIG_NO_HZ_FULL") != std::string::npos);
  CHECK(text->find("sys/devices/system/cpu/nohz_full") != std::string::npos);
  CHECK(
      explain_text("isolcpu", plan(facts, kText), facts).error().what ==
      "isolcpu: not a PCI address, and not a kernel argument that vfirst knows; did you mean "
      "isolcpus?");
}

TEST_CASE("explain tells of a PF, and of a VF that does not exist yet", "[report][sriov]") {
  const auto facts = machine();
  const auto p = plan(facts, kText);
  const auto pf = explain_text("3b:00.0", p, facts), vf = explain_text("0000:3b:10.0", p, facts);
  REQUIRE(pf);
  REQUIRE(vf);
  CHECK(pf->find("[pf uplink], 2 VFs") != std::string::npos);
  CHECK(
      pf->find("create 2 VFs on 0000:3b:00.0: as many as the policy asks for (p.ini:10)") !=
      std::string::npos);
  CHECK(vf->find("VF 0 of 0000:3b:00.0, vfio-pci, MAC ") != std::string::npos);
  CHECK(nlohmann::json::parse(*explain_json("3b:00.0", p, facts))["kind"] == "device");
  CHECK_FALSE(explain_text("0000:99:00.0", p, facts));
}

TEST_CASE(
    "explain shows the findings about its subject, and not those that only mention it",
    "[report]") {
  const auto facts = machine();
  auto p = plan(facts, kText);
  p.findings = {
      {Severity::warning,
       "a",
       Subject::kernel("6.1"),
       "about both arguments",
       {},
       {Subject::argument("isolcpus"), Subject::argument("nohz_full")},
       {}},
      {Severity::warning, "b", Subject::argument("isolcpus=1"), "a whole word", {{"x", 3}}, {}, {}},
      {Severity::note, "c", Subject::device(bdf("0000:3b:00.0")), "about the device", {}, {}, {}},
      {Severity::note, "d", {}, "mentions isolcpus= and 0000:3b:00.0", {}, {}, {}}};
  const auto about = [&](const std::string& subject) {
    const auto text = *explain_text(subject, p, facts);
    std::string out;
    for (const auto* words :
         {"about both arguments", "x:3: a whole word", "about the device", "mentions"})
      out += text.find(words) == std::string::npos ? '-' : '+';
    return out;
  };
  CHECK(about("isolcpus") == "++--");
  CHECK(about("nohz-full") == "+---");
  CHECK(about("3b:00.0") == "--+-");
}

TEST_CASE("facts are printed for people and, whole, for programs", "[report]") {
  auto facts = machine();
  // firmware writes what it likes
  facts.dmi.serial = "\xff broken";
  facts.critical = {{bdf("0000:00:1f.2"), "root filesystem"}};
  const auto json = nlohmann::json::parse(facts_json(facts));
  CHECK(json["schema"] == "vfirst.facts/1");
  CHECK(json["cpu"]["cpus"].size() == 32);
  CHECK(json["pci"][0]["sriov"]["total_vfs"] == 7);
  CHECK(json["numa"][0]["gigabyte_frames"].is_null());
  const auto text = facts_text(facts);
  CHECK(text.find("node 0  0-7,16-23") != std::string::npos);
  CHECK(text.find("0 of 7 VFs") != std::string::npos);
  CHECK(text.find("0000:00:1f.2  root filesystem") != std::string::npos);
}
