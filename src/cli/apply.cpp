// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "bootloader/apply.hpp"
#include "bootloader/handover.hpp"
#include "bootloader/measured.hpp"
#include "bootloader/support.hpp"
#include "bootloader/trial.hpp"
#include "cli/kexec.hpp"
#include "cli/load.hpp"
#include "cli/output.hpp"
#include "cli/provision.hpp"
#include "cli/transaction.hpp"
#include "kargs/kernel_features.hpp"
#include "plan/simulated.hpp"
#include "report/json.hpp"

#include <spdlog/spdlog.h>
#include <algorithm>
#include <cerrno>

namespace vfirst {

namespace {

void print_outcome(const ApplyOutcome& outcome, const Options& options, const std::string& hash) {
  if (outcome.wrote) note_change("the kernel arguments were changed");
  if (options.json) {
    const Json printed{
        {"schema", "vfirst.apply/1"},
        {"changed", outcome.changed},
        {"wrote", outcome.wrote},
        {"trial", outcome.trial},
        {"dry_run", options.dry_run},
        {"reboot_required", outcome.reboot_needed},
        {"diff", {{"before", outcome.before}, {"after", outcome.after}}},
        {"slot", outcome.slot ? std::string(1, outcome.slot) : ""},
        {"regenerated", outcome.regenerated},
        {"plan", hash},
        {"notes", outcome.notes}};
    print_document(document(printed));
    return;
  }
  print_text(outcome.diff());
}

void explain_outcome(const ApplyOutcome& outcome, const Options& options) {
  for (const auto& note : outcome.notes)
    spdlog::warn("{}", note);
  if (options.dry_run) {
    spdlog::info(
        "{}",
        outcome.changed || outcome.regenerated ? "nothing written (dry run)" : "nothing to change");
  } else if (outcome.wrote) {
    if (outcome.slot)
      spdlog::info(
          "slot {} holds the arguments{}", outcome.slot,
          outcome.regenerated ? "; grub.cfg was generated anew, once" : "");
    if (outcome.trial)
      spdlog::info(
          "the next boot tries them, once; they stay if verify is green there, and are gone in the "
          "boot after if it is not");
  } else {
    spdlog::info("nothing to change, nothing written");
  }
  if (outcome.reboot_needed) spdlog::info("they count from the next boot");
}

void warn_of_sealed_keys(const Input& input, const Plan& plan) {
  if (holds_arguments(input.facts.boot.cmdline, plan.cmdline())) return;
  if (const auto text = measured_warning(tpm_volumes(input.root), input.facts.boot.loader);
      !text.empty())
    spdlog::warn("{}", text);
}

// Each entry's whole line, as the kernel that it boots would take it.
ProveLine proof(const Facts& facts) {
  return [&facts](std::string_view kernel, std::string_view line) {
    const auto dash = kernel.rfind("vmlinuz-");
    const auto release = dash == kernel.npos ? std::string_view() : kernel.substr(dash + 8);
    const bool known =
        std::ranges::find(facts.kernels, release, &Kernel::release) != facts.kernels.end();
    return boots(
        CommandLine::parse(line), simulated_machine(facts, known ? release : std::string_view()));
  };
}

ExitCode reboot_fully() {
  if (auto status = reboot_host(); !status) return report_error(status.error());
  return ExitCode::done;
}

void say_no_kexec(Files& files, const std::string& hash, const std::string& why) {
  spdlog::warn("no kexec, a full reboot instead: {}", why);
  note_history(files, fmt::format("plan {}: no kexec, a full reboot instead: {}", hash, why));
}

// By hand. The stamp is there before the jump: one that did not come up is not tried again for the
// same plan.
ExitCode kexec_by_hand(Files& files, const Input& input, const Plan& plan, bool begun) {
  const auto hash = plan.hash();
  const auto gone = [&]() -> Status {
    if (begun)
      return refuse("one was begun for this plan, and this boot does not have its arguments");
    VFIRST_CHECK(stamp_kexec(files, hash));
    return kexec_host(files, input.root, input.facts, plan);
  }();
  if (gone) return ExitCode::done;
  if (gone.error().kind == Error::Kind::busy) {
    spdlog::error("the arguments are written, and nothing was rebooted");
    if (const auto status = clear_kexec(files); !status) spdlog::warn("{}", status.error().what);
    return report_error(gone.error());
  }
  say_no_kexec(files, hash, gone.error().what);
  return reboot_fully();
}

ExitCode provision(
    Files& files, const ApplyOutcome& outcome, const Input& input, const Plan& plan) {
  const auto reboot = value_or(input.policy.boot.reboot, Reboot::none);
  const auto hash = plan.hash();
  const auto next = next_provisioning(files, outcome.reboot_needed, reboot, hash);
  if (!next) return report_error(next.error());
  switch (*next) {
    case Provisioning::done:
      spdlog::info("provisioned: this boot has the planned arguments");
      return ExitCode::done;
    case Provisioning::waiting:
      spdlog::info("a reboot is needed; [boot] reboot = none leaves it to you");
      return ExitCode::done;
    case Provisioning::kexec_now: {
      const auto gone = kexec_host(files, input.root, input.facts, plan);
      if (gone) return ExitCode::done;
      say_no_kexec(files, hash, gone.error().what);
      return provision(files, outcome, input, plan);
    }
    case Provisioning::reboot_now: return reboot_fully();
    case Provisioning::spent:
      return report_error(
          failed(
              ECANCELED,
              "this boot lacks the planned arguments although the one reboot for them "
              "was made; not rebooting again")
              .error());
  }
  return ExitCode::failed;
}

}  // namespace

std::span<const Option> apply_options() {
  static const Option all[] = {
      {"--dry-run", "Print the difference, write nothing", &Options::dry_run},
      {"--detailed-exitcode", "Exit 2 when changes are pending, 4 when a reboot is",
       &Options::detailed_exitcode},
      {"--no-trial", "Good at once, without a trial boot", &Options::no_trial},
      {"--force", "Try a plan again that failed its trial", &Options::force},
      {"--adopt", "Take over foreign arguments that make ours void", &Options::adopt},
      {"--reboot",
       "Afterwards: none (default), reboot or kexec",
       &Options::reboot,
       "HOW",
       {"none", "reboot", "kexec"}},
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
  warn_of_sealed_keys(*input, *plan);

  DiskFiles files(input->root);
  const auto lock = Lock::take(input->root, kLockFolder);
  if (!lock) return report_error(lock.error());
  const auto& policy = input->policy.boot;
  const bool trial = !options.no_trial && value_or(policy.trial, true);
  const auto hash = plan->hash();
  if (options.adopt && !options.dry_run) {
    std::vector<std::string> foreign;
    for (const auto& one : plan->foreign)
      foreign.push_back(one.word);
    const auto backend = backend_for(files, input->root, input->facts.boot);
    if (!backend) return report_error(backend.error());
    const auto adopted = (*backend)->adopt(foreign);
    if (!adopted) return report_error(adopted.error());
    for (const auto& note : adopted->notes)
      spdlog::warn("{}", note);
    if (adopted->wrote) {
      note_history(files, fmt::format("adopted: {}", fmt::join(adopted->words, " ")));
      spdlog::info("taken over: {}", fmt::join(adopted->words, " "));
    }
  }
  const bool by_kexec = options.reboot == "kexec";
  if (by_kexec && !input->root.is_host())
    return report_error(
        refuse("--reboot=kexec acts on the running host; --root must be /").error());
  // A trial that kexec took and that never came up is tried once more by the full reboot: kexec may
  // be to blame.
  const bool begun = kexec_begun(files, hash) && trial_of(input->facts.boot.cmdline) != hash;
  const bool ladder = options.provision && value_or(policy.reboot, Reboot::none) == Reboot::kexec &&
                      !files.exists(kProvisionReboots);
  const bool force = options.force || (begun && (by_kexec || ladder));
  const auto write = [&](bool dry_run) -> Result<ApplyOutcome> {
    const auto cmdline = plan->cmdline();
    auto backend = backend_for(files, input->root, input->facts.boot);
    // nothing wanted, and nothing of ours can be there
    if (!backend && cmdline.empty()) return ApplyOutcome{};
    // A signed addon, the owner's command or the netboot's server has brought them: nothing is left
    // to do.
    if (!backend && holds_arguments(input->facts.boot.cmdline, cmdline)) return ApplyOutcome{};
    if (!backend) {
      if (!options.json) print_text(handover(input->facts.boot, cmdline));
      VFIRST_CHECK(can_apply(input->facts.boot, cmdline));
      return std::unexpected(backend.error());
    }
    return (*backend)->apply(
        cmdline, {.plan = hash,
                  .dry_run = dry_run,
                  .trial = trial,
                  .force = force,
                  .trial_only = trial_arguments(hash, value_or(policy.trial_extra, std::string())),
                  .limit = command_line_limit(input->facts.cpu.architecture) - 1,
                  .prove = proof(input->facts),
                  .run = {}});
  };
  // before anything is written
  if (by_kexec && !options.dry_run) {
    const auto before = write(true);
    if (!before) return report_error(before.error());
    if (before->reboot_needed)
      if (const auto unused = host_vfs_unused(input->root, *plan); !unused)
        return report_error(
            refuse("{}: no kexec; shut it down, or say --reboot=reboot", unused.error().what)
                .error());
  }
  const auto outcome = write(options.dry_run);
  if (!outcome) return report_error(outcome.error());
  if (outcome->wrote && outcome->changed)
    note_history(
        files, fmt::format(
                   "plan {} {}: {}", hash, outcome->trial ? "armed for a trial" : "made good",
                   outcome->after));
  print_outcome(*outcome, options, plan->hash());
  explain_outcome(*outcome, options);

  // Not stamped: the policy may come later, with the image's next user.
  if (options.provision && plan->kargs.empty() && plan->steps.empty() && !outcome->changed &&
      !outcome->reboot_needed) {
    spdlog::info("the policy asks for nothing: nothing is provisioned");
    return ExitCode::done;
  }
  if (!options.dry_run && !outcome->reboot_needed)
    if (const auto status = clear_kexec(files); !status) spdlog::warn("{}", status.error().what);
  if (options.provision && !options.dry_run) return provision(files, *outcome, *input, *plan);
  if (!options.dry_run && outcome->reboot_needed) {
    if (by_kexec) return kexec_by_hand(files, *input, *plan, begun);
    if (options.reboot == "reboot") return reboot_fully();
  }
  if (!options.detailed_exitcode) return ExitCode::done;
  if (options.dry_run && (outcome->changed || outcome->regenerated))
    return ExitCode::changes_pending;
  return outcome->reboot_needed ? ExitCode::reboot_needed : ExitCode::done;
}

}  // namespace vfirst
