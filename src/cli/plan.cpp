// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "bootloader/apply.hpp"
#include "cli/fleet.hpp"
#include "cli/load.hpp"
#include "cli/output.hpp"
#include "plan/argument_diff.hpp"
#include "report/plan_report.hpp"

#include <algorithm>

namespace vfirst {

std::span<const Option> plan_options() {
  static const Option all[] = {
      {"--cmdline", "Print the kernel arguments alone", &Options::cmdline},
      {"--diff", "Print what apply would change", &Options::diff},
      {"--detailed-exitcode", "Exit 2: changes pending, 4: reboot needed, 5: errors",
       &Options::detailed_exitcode},
      {"--facts", "Plan for the host of this document, tar or tree", &Options::facts, "FILE"},
      {"--facts-dir", "Plan for every host of this directory", &Options::facts_dir, "DIR"},
      {"--out", "Where the plans of --facts-dir go", &Options::out, "DIR"},
  };
  return all;
}

ExitCode run_plan(const Options& options) {
  if (options.cmdline && options.diff) {
    print_error("--cmdline and --diff cannot be used together");
    return ExitCode::usage;
  }
  const bool compares = options.diff || options.detailed_exitcode;
  if (compares && !(options.facts.empty() && options.facts_dir.empty())) {
    print_error(fmt::format(
        "{} needs this host's boot loader; it cannot be used with --facts",
        options.diff ? "--diff" : "--detailed-exitcode"));
    return ExitCode::usage;
  }
  if (!options.facts_dir.empty() && options.facts.empty() && !options.cmdline)
    return run_plan_fleet(options);
  if (!options.facts_dir.empty() || !options.out.empty()) {
    print_error(
        "--out is for --facts-dir, which cannot be used together with --facts or --cmdline");
    return ExitCode::usage;
  }
  const auto input = load_input(options);
  if (!input) return report_error(input.error());
  const auto plan = load_plan(*input, options);
  if (!plan) return report_error(plan.error());

  const auto before = next_arguments(*input);
  if (!before) return report_error(before.error());
  const auto after = plan->cmdline();
  if (options.json) {
    print_document(plan_json(*plan));
  } else if (options.cmdline) {
    print_text(plan->cmdline() + "\n");
  } else if (options.diff) {
    print_text(argument_diff(*before, after).str());
  } else {
    print_document(plan_text(*plan, input->facts, colour_on(kStdout)));
  }
  if (!options.detailed_exitcode) return ExitCode::done;
  // `apply` would refuse it.
  if (std::ranges::any_of(plan->findings, [](const Finding& finding) {
        return finding.severity == Severity::error;
      }))
    return ExitCode::refused;
  if (*before != after) return ExitCode::changes_pending;
  return holds_arguments(input->facts.boot.cmdline, after) ? ExitCode::done
                                                           : ExitCode::reboot_needed;
}

}  // namespace vfirst
