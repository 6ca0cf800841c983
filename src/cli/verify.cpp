// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "cli/load.hpp"
#include "cli/output.hpp"
#include "report/verify_report.hpp"

namespace vfirst {

std::span<const Option> verify_options() {
  return {};
}

ExitCode run_verify(const Options& options) {
  const auto input = load_input(options);
  if (!input) return report_error(input.error());
  const auto plan = load_plan(*input, options, StepsAt::now);
  if (!plan) return report_error(plan.error());

  const auto report = observe_input(*input, *plan);
  if (!report) return report_error(report.error());
  print_document(options.json ? verify_json(*report) : verify_text(*report, colour_on(kStdout)));
  return report->green() ? ExitCode::done : ExitCode::differs;
}

}  // namespace vfirst
