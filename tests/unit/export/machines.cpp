// SPDX-License-Identifier: GPL-2.0-or-later
// What libvirt is told of each folder of tests/machines: its pools, and of each PF the first and
// the last domain; and what nova is told of it.
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
    const auto more = [&](auto from, auto to) {
      return std::any_of(
          from, to, [&](const PlannedVf& v) { return v.pf == vf->pf && v.driver.is_vfio(); });
    };
    if (part.kind == "network" || !more(plan.vfs.begin(), vf) || !more(vf + 1, plan.vfs.end()))
      out += part.text;
  }
  return out;
}

std::string nova(const Plan& plan, const Facts& facts) {
  const auto exported = export_nova(plan, facts, {});
  return exported ? exported->document : "refused: " + exported.error().what + "\n";
}

}  // namespace

TEST_CASE(
    "every machine of tests/machines is told to libvirt and to nova as it is written beside it",
    "[export]") {
  test::check_machines([](const Result<Plan>& plan, const Facts& facts) {
    return test::GoldenFiles{
        {"libvirt.txt", plan ? golden(*plan, facts) : "refused: " + plan.error().what + "\n"},
        {"nova.txt", plan ? nova(*plan, facts) : "refused: " + plan.error().what + "\n"}};
  });
}

TEST_CASE(
    "every machine of tests/machines is told to every other program as it is written beside it",
    "[export]") {
  test::check_machines([](const Result<Plan>& plan, const Facts& facts) {
    std::string out;
    ExportWish wish;
    wish.node = "host-a";
    wish.mac = MacAddress::parse("52:54:00:00:00:01").value();
    for (const auto& format : export_formats()) {
      if (!format.target || !plan) continue;
      const auto exported = export_as(format, *plan, facts, wish);
      out += fmt::format(
          "==== {}: {}\n{}", format.name, exported ? exported->parts[0].name : "refused",
          exported ? exported->document : exported.error().what + "\n");
    }
    return test::GoldenFiles{{"export.txt", plan ? out : "refused: " + plan.error().what + "\n"}};
  });
}
