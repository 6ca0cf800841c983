// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "bootloader/apply.hpp"
#include "cli/load.hpp"
#include "plan/argument_diff.hpp"
#include "report/plan_report.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>

namespace vfirst {

void declare_plan(CLI::App& app, Options& options) {
  auto* cmdline = app.add_flag("--cmdline", options.cmdline, "Print the kernel arguments alone");
  app.add_flag("--diff", options.diff, "Print what apply would change")->excludes(cmdline);
  app.add_flag("--detailed-exitcode", options.detailed_exitcode, "Exit 2 when changes are pending, 4 when a reboot is");
}

ExitCode run_plan(const Options& options) {
  const auto input = load_input(options);
  if (!input) return report_error(input.error());
  const auto plan = load_plan(*input, options);
  if (!plan) return report_error(plan.error());

  const auto slots = current_slots(input->root);
  if (!slots) return report_error(slots.error());
  const auto before = slots->arguments(), after = plan->cmdline();
  if (options.json) {
    fmt::print("{}", plan_json(*plan));
  } else if (options.cmdline) {
    fmt::print("{}\n", plan->cmdline());
  } else if (options.diff) {
    fmt::print("{}", argument_diff(before, after).str());
  } else {
    fmt::print("{}", plan_text(*plan, input->facts));
  }
  if (!options.detailed_exitcode) return ExitCode::done;
  if (before != after) return ExitCode::changes_pending;
  return holds_arguments(input->facts.boot.cmdline, after) ? ExitCode::done : ExitCode::reboot_needed;
}

}  // namespace vfirst
