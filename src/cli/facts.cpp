// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "cli/load.hpp"
#include "cli/output.hpp"
#include "facts/read.hpp"
#include "report/facts_report.hpp"

namespace vfirst {

std::span<const Option> facts_options() {
  return {};
}

ExitCode run_facts(const Options& options) {
  const auto root = Root::open(options.root);
  if (!root) return report_error(root.error());
  const auto facts = read_facts(*root, {.kernel = options.kernel, .modules = {}, .names = true});
  if (!facts) return report_error(facts.error());
  options.json ? print_document(facts_json(*facts)) : print_text(facts_text(*facts));
  return ExitCode::done;
}

}  // namespace vfirst
