// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/load.hpp"
#include "cli/output.hpp"
#include "cli/transaction.hpp"

namespace vfirst {

std::span<const Option> history_options() {
  return {};
}

// Newest last, as a log.
ExitCode run_history(const Options& options) {
  const auto root = Root::open(options.root);
  if (!root) return report_error(root.error());
  const auto text = DiskFiles(*root).read(kHistory).value_or(std::string());
  if (!options.json) {
    print_text(text);
    return ExitCode::done;
  }
  Json history{{"schema", "vfirst.history/1"}, {"entries", Json::array()}};
  for (const auto line : split(text, '\n')) {
    const auto blank = line.find(' ');
    if (blank != line.npos)
      history["entries"].push_back(
          {{"time", line.substr(0, blank)}, {"what", line.substr(blank + 1)}});
  }
  print_document(document(history));
  return ExitCode::done;
}

}  // namespace vfirst
