// SPDX-License-Identifier: GPL-2.0-or-later
// vfirst.ini(5) names a value as a key's default: then a policy that says it plans as one that does
// not.
#include "unit/plan/machine.hpp"
#include "unit/policy/manual.hpp"

using namespace vfirst;
using namespace vfirst::test;

namespace {

// All of a plan but the lines of the policy that it came from.
std::string shape(const Plan& plan) {
  auto out = fmt::format(
      "{}\nreserved {}, {} s, role {}\n", plan.cmdline(), plan.reserved.list(), plan.timeout_s,
      plan.role == Role::host ? "host" : "guest");
  for (const auto& step : plan.steps)
    out += fmt::format("{}{}\n", describe(step.action), step.required ? "" : ", best effort");
  for (const auto& pf : plan.pfs)
    out += fmt::format("{} {} {}\n", pf.name, pf.vfs, pf.required);
  for (const auto& vf : plan.vfs)
    out += fmt::format("{} {} {}\n", vf.index, vf.driver.str(), vf.mac ? vf.mac->str() : "-");
  for (const auto& finding : plan.findings)
    out += finding.code + "\n";
  return out;
}

}  // namespace

TEST_CASE("a default of the manual page plans as an absent key does", "[report]") {
  auto facts = Machine{}.facts();
  facts.pci.push_back(nic("3b:00.0"));
  unsigned checked = 0;
  for (const auto& entry : manual_entries()) {
    if (!entry.literal) continue;
    const auto line = fmt::format("{} = {}\n", entry.key, entry.fallback);
    const bool pf = entry.section == "pf NAME", vf = entry.section == "vf NAME RANGE";
    const std::string base = "[cpu]\n" +
                             std::string(entry.key == "isolate" ? "" : "isolate = yes\n") +
                             "[pf a]\npci = *\nvfs = 3\n";
    const auto with = base + (pf   ? line
                              : vf ? "[vf a 0-1]\n" + line
                                   : fmt::format("[{}]\n{}", entry.section, line));
    INFO(with);
    CHECK(shape(plan(facts, base)) == shape(plan(facts, with)));
    ++checked;
  }
  CHECK(checked >= 12);
}
