// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "bootloader/apply.hpp"
#include "cli/load.hpp"
#include "cli/provision.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

namespace vfirst {

namespace {

Status reboot() {
  spdlog::info("rebooting");
  // --no-block: the unit that calls us must be able to end while the transaction to the next boot is queued.
  auto ended = VFIRST_TRY(run_process({"systemctl", "--no-block", "reboot"}));
  if (ended.code != 0) return failed(EIO, "systemctl reboot: exit code {}: {}", ended.code, ended.err);
  return {};
}

void print_outcome(const ApplyOutcome& outcome, const Options& options, const std::string& hash) {
  if (options.json) {
    const nlohmann::ordered_json document{
        {"schema", "vfirst.apply/1"},       {"changed", outcome.changed},          {"wrote", outcome.wrote},
        {"dry_run", options.dry_run},       {"reboot_required", outcome.reboot_needed},
        {"diff", {{"before", outcome.before}, {"after", outcome.after}}},
        {"slot", outcome.slot ? std::string(1, outcome.slot) : ""},               {"regenerated", outcome.regenerated},
        {"plan", hash},                     {"notes", outcome.notes}};
    fmt::print("{}\n", document.dump(2));
    return;
  }
  fmt::print("{}", outcome.diff());
}

void explain_outcome(const ApplyOutcome& outcome, const Options& options) {
  for (const auto& note : outcome.notes) spdlog::warn("{}", note);
  if (options.dry_run) {
    spdlog::info("{}", outcome.changed ? "nothing written (dry run)" : "nothing to change");
  } else if (outcome.wrote) {
    if (outcome.slot) spdlog::info("slot {} holds the arguments{}", outcome.slot, outcome.regenerated ? "; grub.cfg was generated anew, once" : "");
  } else {
    spdlog::info("nothing to change, nothing written");
  }
  if (outcome.reboot_needed) spdlog::info("they count from the next boot");
}

ExitCode provision(Files& files, const ApplyOutcome& outcome, const Input& input, const std::string& hash) {
  const bool policy_reboots = value_or(input.policy.boot.reboot, Reboot::none) != Reboot::none;
  const auto next = next_provisioning(files, outcome.reboot_needed, policy_reboots, hash);
  if (!next) return report_error(next.error());
  switch (*next) {
    case Provisioning::done:
      spdlog::info("provisioned: this boot has the planned arguments");
      return ExitCode::done;
    case Provisioning::waiting:
      spdlog::info("a reboot is needed; [boot] reboot = none leaves it to you");
      return ExitCode::done;
    case Provisioning::reboot_now:
      if (auto status = reboot(); !status) return report_error(status.error());
      return ExitCode::done;
    case Provisioning::spent:
      return report_error({std::errc::operation_canceled,
                           "this boot lacks the planned arguments although the one reboot for them was made; not rebooting again"});
  }
  return ExitCode::failed;
}

}  // namespace

std::span<const Option> apply_options() {
  static const Option all[] = {
      {"--dry-run", "Print the difference, write nothing", &Options::dry_run},
      {"--detailed-exitcode", "Exit 2 when changes are pending, 4 when a reboot is", &Options::detailed_exitcode},
      {"--reboot", "Afterwards: none (default) or reboot", &Options::reboot, "HOW", {"none", "reboot"}},
      {"--provision", "First provisioning: reboot at most once", &Options::provision},
  };
  return all;
}

ExitCode run_apply(const Options& options) {
  auto input = load_input(options);
  if (!input) return report_error(input.error());
  const auto plan = load_plan(*input, options);
  if (!plan) return report_error(plan.error());
  for (const auto& finding : plan->findings)
    if (finding.severity == Severity::error) spdlog::error("{}", finding.message);

  DiskFiles files(input->root);
  const auto outcome = apply_arguments(files, input->root, input->facts.boot, plan->cmdline(),
                                       {.plan = plan->hash(), .dry_run = options.dry_run, .trial = false, .trial_only = {}, .limit = 2047, .run = {}});
  if (!outcome) return report_error(outcome.error());
  print_outcome(*outcome, options, plan->hash());
  explain_outcome(*outcome, options);

  // Not stamped: the policy may come later, with the image's next user.
  if (options.provision && plan->kargs.empty() && plan->steps.empty() && !outcome->changed && !outcome->reboot_needed) {
    spdlog::info("the policy asks for nothing: nothing is provisioned");
    return ExitCode::done;
  }
  if (options.provision && !options.dry_run) return provision(files, *outcome, *input, plan->hash());
  if (options.reboot == "reboot" && !options.dry_run && outcome->reboot_needed)
    if (auto status = reboot(); !status) return report_error(status.error());
  if (!options.detailed_exitcode) return ExitCode::done;
  if (options.dry_run && outcome->changed) return ExitCode::changes_pending;
  return outcome->reboot_needed ? ExitCode::reboot_needed : ExitCode::done;
}

}  // namespace vfirst
