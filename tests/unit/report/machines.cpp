// SPDX-License-Identifier: GPL-2.0-or-later
// Every folder of tests/machines is a machine, its policy, and what must come of the two. VFIRST_UPDATE_GOLDEN=1 writes
// the latter and skips, so that an update never counts as a pass.
#include "facts/read.hpp"
#include "machines/machine_tree.hpp"
#include "policy/parse.hpp"
#include "report/plan_report.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <sstream>

using namespace vfirst;
namespace fs = std::filesystem;

namespace {

std::string content(const fs::path& file) {
  std::stringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("every machine of tests/machines gets the plan that is written beside it") {
  std::vector<fs::path> shapes;
  for (const auto& entry : fs::directory_iterator(fs::path(VFIRST_TESTS_DIR) / "machines"))
    if (entry.is_directory()) shapes.push_back(entry.path());
  std::ranges::sort(shapes);
  REQUIRE_FALSE(shapes.empty());

  const bool update = std::getenv("VFIRST_UPDATE_GOLDEN");
  for (const auto& shape : shapes) {
    INFO(shape.filename().string());
    const test::MachineTree tree(shape / "machine");
    const auto facts = read_facts(tree.root());
    REQUIRE(facts);
    const auto policy = parse_policy({{"policy.ini", content(shape / "policy.ini")}}, {});
    if (!policy) FAIL(policy.error().what);
    const auto plan = make_plan(*facts, *policy);
    const auto text = plan ? plan_text(*plan, *facts) : "refused: " + plan.error().what + "\n";
    const auto cmdline = plan ? plan->cmdline() + "\n" : "\n";
    if (update) {
      std::ofstream(shape / "plan.txt") << text;
      std::ofstream(shape / "cmdline.txt") << cmdline;
      continue;
    }
    CHECK(content(shape / "plan.txt") == text);
    CHECK(content(shape / "cmdline.txt") == cmdline);
  }
  if (update) SKIP("updated tests/machines");
}
