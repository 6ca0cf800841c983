// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Every folder of tests/machines is a machine, its policy, and what must come of the two.
// VFIRST_UPDATE_GOLDEN=1 writes the latter and skips, so that an update never counts as a pass.

#include "facts/read.hpp"
#include "machines/machine_tree.hpp"
#include "plan/plan.hpp"
#include "policy/parse.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace vfirst::test {

// {name of a file of the machine's folder, what it must hold}
using GoldenFiles = std::vector<std::pair<std::string, std::string>>;

inline std::string content(const std::filesystem::path& file) {
  std::stringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

inline void check_machines(
    const std::function<GoldenFiles(const Result<Plan>&, const Facts&)>& files_of) {
  namespace fs = std::filesystem;
  std::vector<fs::path> shapes;
  for (const auto& entry : fs::directory_iterator(fs::path(VFIRST_TESTS_DIR) / "machines"))
    if (entry.is_directory()) shapes.push_back(entry.path());
  std::ranges::sort(shapes);
  REQUIRE_FALSE(shapes.empty());

  const bool update = std::getenv("VFIRST_UPDATE_GOLDEN");
  for (const auto& shape : shapes) {
    INFO(shape.filename().string());
    const MachineTree tree(shape / "machine");
    const auto facts = read_facts(tree.root());
    REQUIRE(facts);
    const auto policy = parse_policy({{"policy.ini", content(shape / "policy.ini")}}, {});
    if (!policy) FAIL(policy.error().what);
    for (const auto& [name, text] : files_of(make_plan(*facts, *policy), *facts)) {
      INFO(name);
      if (update)
        std::ofstream(shape / name) << text;
      else
        CHECK(content(shape / name) == text);
    }
  }
  if (update) SKIP("updated tests/machines");
}

}  // namespace vfirst::test
