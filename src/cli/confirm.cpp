// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "cli/kexec.hpp"
#include "cli/load.hpp"
#include "cli/transaction.hpp"
#include "kargs/command_line.hpp"

#include <spdlog/spdlog.h>
#include <algorithm>

namespace vfirst {

namespace {

void leave_verdict(const Root& root, const std::string& text) {
  DiskFiles files(root, Settle::sync);
  if (auto status = replace(files, kVerdictFile, text + "\n"); !status)
    spdlog::warn("{}", status.error().what);
}

// Proof that this boot does what the plan of the trial wants; else the reason to leave it a trial.
//
// A version that was installed since the trial was armed may name the plan otherwise, or plan other
// steps for the same arguments. What is on trial are the arguments.
Result<VerifyReport> prove(
    const Options& options, const std::string& plan_hash, const Arguments& tried) {
  const auto input = VFIRST_TRY(load_input(options));
  const auto plan = VFIRST_TRY(load_plan(input, options, StepsAt::now));
  if (!plan.known_as(plan_hash) && tried != plan.arguments())
    return refuse(
        "this boot is the trial of plan {}, but the policy or the hardware now asks for plan {}: "
        "apply that one",
        plan_hash, plan.hash());
  return observe_input(input, plan);
}

ExitCode keep(Transaction& all, const Options& options, const std::string& plan) {
  const auto lock = Lock::take(all.root, kLockFolder);
  if (!lock) return report_error(lock.error());
  const auto change = all.backend->confirm();
  if (!change) return report_error(change.error());
  print_change(*change, options, "vfirst.confirm/1");
  if (change->wrote) {
    note_history(
        all.files,
        fmt::format(
            "plan {} confirmed{}: {}", plan, options.force ? " by hand" : "", change->after.str()));
    spdlog::info("plan {} is confirmed: its arguments are permanent", plan);
  } else {
    spdlog::info("plan {} was confirmed before: nothing written", plan);
  }
  leave_verdict(all.root, "kept");
  return ExitCode::done;
}

}  // namespace

std::span<const Option> confirm_options() {
  static const Option all[] = {
      {"--force", "Keep the arguments even if verify is not green", &Options::force}};
  return all;
}

ExitCode run_confirm(const Options& options) {
  const auto all = open_transaction(options);
  if (!all) return report_error(all.error());
  const auto state = (*all)->backend->state();
  if (!state) return report_error(state.error());
  const auto plan = trial_of((*all)->facts.boot.cmdline);
  if (plan.empty() && state->trial == Trial::none) {
    // A change that was cut short is finished in any boot.
    if (!state->damage.empty()) return keep(**all, options, plan);
    spdlog::info("This is not a trial boot; nothing to confirm.");
    return ExitCode::done;
  }
  if (plan.empty() && state->trial == Trial::armed)
    return report_error(
        refuse("plan {} is armed for the next boot: confirm it in that boot", state->trial_plan)
            .error());
  if (plan.empty())
    return report_error(
        refuse("plan {} had its trial boot and was not confirmed in it", state->trial_plan)
            .error());
  // This boot came up, by kexec or not.
  if (const auto known = clear_kexec((*all)->files); !known) spdlog::warn("{}", known.error().what);
  if (options.force || state->trial != Trial::running) return keep(**all, options, plan);

  const auto report = prove(options, plan, state->trial_arguments);
  if (report && report->green()) return keep(**all, options, plan);
  ExitCode code = ExitCode::differs;
  if (!report) {
    code = report_error(report.error());
  } else {
    for (const auto& row : report->rows)
      if (row.verdict != Verdict::ok && row.verdict != Verdict::unknown && row.required)
        spdlog::error(
            "{}: wanted {}, got {}{}", row.subject, row.wanted.empty() ? "-" : row.wanted,
            row.got.empty() ? "-" : row.got, row.cause.empty() ? "" : ": " + row.cause);
  }
  spdlog::error("plan {} is not kept: the next boot uses the previous arguments", plan);
  note_history(
      (*all)->files,
      fmt::format(
          "plan {} not confirmed: {}", plan, report ? "verify is not green" : report.error().what));
  leave_verdict((*all)->root, "not kept");
  return code;
}

}  // namespace vfirst
