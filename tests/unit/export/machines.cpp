// SPDX-License-Identifier: GPL-2.0-or-later
// What libvirt is told of each folder of tests/machines: its pools, and of each PF the first and the last domain.
// VFIRST_UPDATE_GOLDEN=1 writes it and skips, so that an update never counts as a pass.
#include "export/format.hpp"
#include "facts/read.hpp"
#include "machines/machine_tree.hpp"
#include "policy/parse.hpp"

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

std::string golden(const Plan& plan, const Facts& facts) {
  const auto exported = export_libvirt(plan, facts, {});
  if (!exported) return "refused: " + exported.error().what + "\n";
  std::string out;
  for (const auto& part : exported->parts) {
    const auto vf = std::ranges::find(plan.vfs, part.device, &PlannedVf::address);
    const auto more = [&](auto from, auto to) { return std::any_of(from, to, [&](const PlannedVf& v) { return v.pf == vf->pf && v.driver == "vfio-pci"; }); };
    if (part.kind == "network" || !more(plan.vfs.begin(), vf) || !more(vf + 1, plan.vfs.end())) out += part.text;
  }
  return out;
}

}  // namespace

TEST_CASE("every machine of tests/machines is told to libvirt as it is written beside it") {
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
    const auto text = plan ? golden(*plan, *facts) : "refused: " + plan.error().what + "\n";
    if (update) std::ofstream(shape / "libvirt.txt") << text;
    else CHECK(content(shape / "libvirt.txt") == text);
  }
  if (update) SKIP("updated tests/machines");
}
