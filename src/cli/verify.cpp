// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "cli/load.hpp"
#include "report/verify_report.hpp"

#include <unistd.h>
#include <cstdio>
#include <cstdlib>

namespace vfirst {

std::span<const Option> verify_options() {
  return {};
}

ExitCode run_verify(const Options& options) {
  const auto input = load_input(options);
  if (!input) return report_error(input.error());
  const auto plan = load_plan(*input, options);
  if (!plan) return report_error(plan.error());

  const auto report = observe_input(*input, *plan);
  if (!report) return report_error(report.error());
  const char* no_color = std::getenv("NO_COLOR");
  if (options.json)
    fmt::print("{}", verify_json(*report));
  else
    fmt::print("{}", verify_text(*report, isatty(STDOUT_FILENO) && !(no_color && *no_color)));
  return report->green() ? ExitCode::done : ExitCode::differs;
}

}  // namespace vfirst
