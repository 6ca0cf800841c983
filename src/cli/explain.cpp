// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "cli/load.hpp"
#include "cli/output.hpp"
#include "report/explain.hpp"

namespace vfirst {

std::span<const Option> explain_options() {
  static const Option all[] = {
      {"SUBJECT", "A kernel argument (isolcpus) or a PCI address", &Options::subject},
      {"--facts", "Plan for the host of this document, tar or tree", &Options::facts, "FILE"},
  };
  return all;
}

ExitCode run_explain(const Options& options) {
  const auto input = load_input(options);
  if (!input) return report_error(input.error());
  const auto plan = load_plan(*input, options);
  if (!plan) return report_error(plan.error());
  const auto text = options.json ? explain_json(options.subject, *plan, input->facts)
                                 : explain_text(options.subject, *plan, input->facts);
  if (!text) return report_error(text.error());
  options.json ? print_document(*text) : print_text(*text);
  return ExitCode::done;
}

}  // namespace vfirst
