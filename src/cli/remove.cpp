// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "cli/load.hpp"
#include "cli/transaction.hpp"

#include <spdlog/spdlog.h>

namespace vfirst {

std::span<const Option> remove_options() {
  static const Option all[] = {
      {"--dry-run", "Print the difference, write nothing", &Options::dry_run}};
  return all;
}

ExitCode run_remove(const Options& options) {
  const auto all = open_transaction(options);
  if (!all) return report_error(all.error());
  const auto lock = Lock::take((*all)->root, kLockFolder);
  if (!lock) return report_error(lock.error());
  const auto change = (*all)->backend->remove(options.dry_run);
  if (!change) return report_error(change.error());
  print_change(*change, options, "vfirst.remove/1");
  if (options.dry_run)
    spdlog::info("Nothing was written (dry run).");
  else if (!change->wrote)
    spdlog::info("Nothing to remove: vfirst has written nothing here.");
  else if (change->reboot_needed)
    spdlog::info("This boot still has the arguments; the next boot does not.");
  return ExitCode::done;
}

}  // namespace vfirst
