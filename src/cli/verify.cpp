// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "cli/load.hpp"
#include "report/verify_report.hpp"
#include "steps/observe.hpp"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace vfirst {

std::span<const Option> verify_options() { return {}; }

ExitCode run_verify(const Options& options) {
  const auto input = load_input(options);
  if (!input) return report_error(input.error());
  const auto plan = load_plan(*input, options);
  if (!plan) return report_error(plan.error());

  const auto events = kernel_events();
  if (!events) return report_error(events.error());
  const bool host = input->root.is_host();
  const auto net = host ? kernel_net() : no_net();
  const auto modules = kernel_modules();
  const auto report = observe(*plan, Machine{input->root, *net, *modules, **events});
  const char* no_color = std::getenv("NO_COLOR");
  if (options.json) fmt::print("{}", verify_json(report));
  else fmt::print("{}", verify_text(report, isatty(STDOUT_FILENO) && !(no_color && *no_color)));
  return report.green() ? ExitCode::done : ExitCode::differs;
}

}  // namespace vfirst
