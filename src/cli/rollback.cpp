// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "cli/load.hpp"
#include "cli/transaction.hpp"

#include <spdlog/spdlog.h>

namespace vfirst {

std::span<const Option> rollback_options() {
  return {};
}

ExitCode run_rollback(const Options& options) {
  const auto all = open_transaction(options);
  if (!all) return report_error(all.error());
  const auto lock = Lock::take((*all)->root, kLockFolder);
  if (!lock) return report_error(lock.error());
  const auto change = (*all)->backend->rollback();
  if (!change) return report_error(change.error());
  note_history(
      (*all)->files,
      fmt::format(
          "rolled back to: {}", change->after.empty() ? "no arguments" : change->after.str()));
  print_change(*change, options, "vfirst.rollback/1");
  if (change->reboot_needed)
    spdlog::info(
        "From the next boot: previous arguments ({}).",
        change->after.empty() ? "none" : change->after.str());
  return ExitCode::done;
}

}  // namespace vfirst
