// SPDX-License-Identifier: GPL-2.0-or-later
// What libvirt is told of each folder of tests/machines: its pools, and of each PF the first and the last domain.
#include "export/format.hpp"
#include "machines/golden.hpp"

using namespace vfirst;

namespace {

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
  test::check_machines([](const Result<Plan>& plan, const Facts& facts) {
    return test::GoldenFiles{{"libvirt.txt", plan ? golden(*plan, facts) : "refused: " + plan.error().what + "\n"}};
  });
}
