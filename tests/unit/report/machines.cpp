// SPDX-License-Identifier: GPL-2.0-or-later
// What a user is shown of each folder of tests/machines: the plan, and the kernel's command line.
#include "machines/golden.hpp"
#include "report/plan_report.hpp"

using namespace vfirst;

TEST_CASE(
    "every machine of tests/machines gets the plan that is written beside it", "[export][report]") {
  test::check_machines([](const Result<Plan>& plan, const Facts& facts) {
    return test::GoldenFiles{
        {"plan.txt", plan ? plan_text(*plan, facts) : "refused: " + plan.error().what + "\n"},
        {"cmdline.txt", plan ? plan->cmdline() + "\n" : "\n"}};
  });
}
