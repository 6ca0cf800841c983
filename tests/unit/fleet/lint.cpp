// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/lint.hpp"

#include "facts/read.hpp"
#include "machines/machine_tree.hpp"
#include "report/facts_report.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

using namespace vfirst;

namespace {

struct Machines : test::TempTree {
  Machines() {
    for (const auto* shape : {"2s64c-e810x2", "1s-no-iommu", "old-kernel-uneven"}) {
      auto facts =
          *read_facts(test::MachineTree(
                          std::filesystem::path(VFIRST_TESTS_DIR) / "machines" / shape / "machine")
                          .root());
      facts.dmi.product = std::string("Model ") + shape;
      add(fmt::format("{}.json", shape), facts_json(facts));
    }
  }
};

LintReport report(const Machines& machines, std::vector<Source> policy) {
  const auto hosts = hosts_in(machines.path());
  REQUIRE(hosts);
  const auto made = lint(*hosts, PolicySet(std::move(policy)), {});
  REQUIRE(made);
  return *made;
}

}  // namespace

TEST_CASE("each machine has a row with what it would get, or why it gets nothing", "[fleet]") {
  const Machines machines;
  const auto made = report(
      machines, {{"a.ini",
                  "[cpu]\nreserved-cores-per-node = 2\nisolate = yes\n[hugepages]\nsize = "
                  "1G\nper-node = 100\nhost-reserve = 4G\n"}});
  REQUIRE(made.rows.size() == 3);
  CHECK(made.refuses());
  const auto& server = made.rows[1];
  CHECK(server.host == "2s64c-e810x2");
  CHECK(server.product == "Model 2s64c-e810x2");
  CHECK(server.refused.empty());
  CHECK(server.reserved == 8);
  CHECK(server.isolated == 120);
  REQUIRE(server.pages.size() == 2);
  CHECK(server.pages[0].pages == 100);
  CHECK_FALSE(made.rows[0].refused.empty());
  const auto text = lint_text(made);
  CHECK(
      text.find(
          "2s64c-e810x2       Model 2s64c-e810x2       ok       8         120       200 x 1G  0") !=
      text.npos);
  CHECK(text.find("    " + made.rows[0].refused + "\n") != text.npos);
}

TEST_CASE("error findings count, and stand below their row", "[fleet][report]") {
  const Machines machines;
  const auto made = report(
      machines, {{"a.ini", "[pf uplink]\nvendor = 8086\ndevice = 1592\nexpect = 2\nvfs = 4\n"}});
  CHECK_FALSE(made.refuses());
  CHECK(made.errs());
  CHECK(made.rows[1].count(Severity::error) == 0);
  CHECK(made.rows[1].vfs == 8);
  CHECK(made.rows[0].count(Severity::error) == 1);
  CHECK(
      lint_text(made).find("    a.ini:4: [pf uplink] expect = 2, but no PFs match") !=
      std::string::npos);
  CHECK_FALSE(report(machines, {{"a.ini", "[iommu]\nmode = translated\n"}}).refuses());
}

TEST_CASE("a policy file that no machine meets is named", "[fleet][policy]") {
  const Machines machines;
  const auto made = report(
      machines, {{"a.ini", "[cpu]\nisolate = no\n"},
                 {"b.ini", "[match]\nproduct = Model 2s*\n[cpu]\nisolate = yes\n"},
                 {"c.ini", "[match]\nproduct = Modle*\n"}});
  CHECK(made.unused == std::vector<std::string>{"c.ini"});
  CHECK(lint_text(made).ends_with("c.ini: its [match] matches none of these machines\n"));
  const auto json = nlohmann::json::parse(lint_json(made));
  CHECK(json["schema"] == "vfirst.lint/1");
  CHECK(json["unused"] == nlohmann::json{"c.ini"});
  CHECK(json["hosts"][1]["isolated"] == 124);
  CHECK(json["hosts"][0]["refused"].is_null());
}
