// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "cli/load.hpp"
#include "cli/output.hpp"
#include "plan/simulated.hpp"
#include "report/simulate_report.hpp"

namespace vfirst {

namespace {

// A line of one's own needs no policy; without one it is the line that the plan leads to.
Result<SimulatedLine> load(const Options& options) {
  SimulatedLine out;
  Facts facts;
  if (!options.subject.empty()) {
    facts = VFIRST_TRY(load_facts(options));
    out.line = CommandLine::parse(options.subject);
  } else {
    const auto input = VFIRST_TRY(load_input(options));
    const auto plan = VFIRST_TRY(load_plan(input, options));
    facts = input.facts;
    out.line = planned_line(facts, plan);
  }
  const auto machine = simulated_machine(facts, options.kernel);
  out.release = !options.kernel.empty() ? options.kernel
                : facts.kernels.empty() ? std::string()
                                        : facts.kernels.front().release;
  out.architecture = machine.architecture;
  out.seen = simulate(out.line, machine);
  return out;
}

}  // namespace

std::span<const Option> simulate_options() {
  static const Option all[] = {
      {"CMDLINE",
       "A whole kernel command line (default: the planned one)",
       &Options::subject,
       "",
       {},
       false},
      {"--facts", "Simulate the host of this document, tar or tree", &Options::facts, "FILE"},
  };
  return all;
}

ExitCode run_simulate(const Options& options) {
  const auto simulated = load(options);
  if (!simulated) return report_error(simulated.error());
  options.json ? print_document(simulate_json(*simulated)) : print_text(simulate_text(*simulated));
  if (!simulated->seen.boots()) return ExitCode::refused;
  return simulated->seen.worst() <= Effect::not_judged ? ExitCode::done : ExitCode::differs;
}

}  // namespace vfirst
