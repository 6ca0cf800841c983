// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/apply_plan.hpp"

#include "base/words.hpp"
#include "bootloader/handover.hpp"
#include "bootloader/support.hpp"
#include "cli/apply_words.hpp"
#include "cli/kexec.hpp"
#include "cli/load.hpp"
#include "cli/output.hpp"
#include "cli/provision.hpp"
#include "cli/transaction.hpp"
#include "facts/survival.hpp"
#include "kargs/kernel_features.hpp"
#include "plan/simulated.hpp"

#include <spdlog/spdlog.h>
#include <algorithm>
#include <cerrno>

namespace vfirst {

namespace {

using facts::Survival;

constexpr auto kServerHint =
    "Give the arguments to the boot server instead; vfirst export prints them for it";

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

std::string name_of_plan(const ApplyParts& parts) {
  const auto state =
      parts.backend ? parts.backend->state() : Result<LoaderState>(std::unexpected(parts.why_none));
  return state ? plan_name(parts.plan, *state) : parts.plan.hash();
}

class Apply {
 public:
  Apply(const ApplyParts& parts, const Options& options)
      : parts_(parts), options_(options), hash_(name_of_plan(parts)) {
    const auto& boot = parts.policy.boot;
    trial_ = !options.no_trial && value_or(boot.trial, true);
    by_kexec_ = options.reboot == "kexec";
    provision_reboot_ = options.provision ? value_or(boot.reboot, Reboot::none) : Reboot::none;
    // A trial that kexec took and that never came up is tried once more by the full reboot: kexec
    // may be to blame.
    kexec_begun_ = kexec_begun(parts.files, parts.plan) &&
                   !parts.plan.known_as(trial_of(parts.facts.boot.cmdline));
    const bool then_reboot =
        provision_reboot_ == Reboot::kexec && !parts.files.exists(kProvisionReboots);
    force_ = options.force || (kexec_begun_ && (by_kexec_ || then_reboot));
  }

  ExitCode run() {
    if (const auto may = may_act(); !may) return report_error(may.error());
    const auto errors = check_findings();
    if (!errors && !options_.dry_run) return report_error(errors.error());
    if (const auto done = adopt(); !done) return report_error(done.error());
    if (const auto lasts = survives(); !lasts) return report_error(lasts.error());
    if (const auto unused = no_vf_in_use(); !unused) return report_error(unused.error());
    const auto outcome = write(options_.dry_run);
    if (!outcome) return report_error(outcome.error());
    if (outcome->wrote && outcome->changed)
      note_history(
          parts_.files,
          fmt::format(
              "plan {} {}: {}", hash_, outcome->trial ? "armed for a trial" : "made permanent",
              outcome->after.str()));
    report_outcome(*outcome, options_, hash_, parts_.facts, parts_.plan);
    if (!errors) return report_error(errors.error());
    return options_.dry_run ? answer(*outcome) : follow(*outcome);
  }

 private:
  // A root that is not the running system gets files and no actions. This is refused first.
  Status may_act() const {
    if (parts_.follow_up) return {};
    const bool reboots = !options_.reboot.empty() && options_.reboot != "none";
    if (!reboots && !options_.provision) return {};
    return std::unexpected(parts_.why_no_follow_up);
  }

  // A plan that lacks what the policy asks for would still take CPUs and memory for it.
  Status check_findings() const {
    unsigned errors = 0;
    for (const auto& finding : parts_.plan.findings) {
      if (finding.severity != Severity::error) continue;
      ++errors;
      spdlog::error("{}", finding.line());
    }
    if (errors == 0 || options_.force) return {};
    return refuse(
        "the plan has {}: nothing was written. Correct the policy or the machine; --force "
        "applies the rest of the plan",
        plural(errors, "error"));
  }

  Status adopt() const {
    if (!options_.adopt || options_.dry_run) return {};
    if (!parts_.backend) return std::unexpected(parts_.why_none);
    const auto adopted = VFIRST_TRY(parts_.backend->adopt(parts_.plan.foreign));
    for (const auto& note : adopted.notes)
      spdlog::warn("{}", note);
    if (!adopted.wrote) return {};
    note_change("the kernel arguments were changed");
    note_history(parts_.files, fmt::format("adopted: {}", adopted.taken.str()));
    spdlog::info("taken over: {}", adopted.taken.str());
    return {};
  }

  // What a reboot would lose is not written, and there is no reboot for it: on a root in memory
  // every boot would be the first one.
  Status survives() const {
    if (!parts_.follow_up || !parts_.backend) return {};
    const auto loader = facts::least_kept(parts_.root, loader_files());
    std::vector<std::string> counts;
    if (provision_reboot_ != Reboot::none) counts.emplace_back(kProvisionReboots);
    const auto count = facts::least_kept(parts_.root, counts);
    const bool reboots = provision_reboot_ != Reboot::none ||
                         (!options_.reboot.empty() && options_.reboot != "none");
    const bool loader_lost =
        loader.is.kept == Survival::Kept::no || (reboots && loader.is.kept != Survival::Kept::yes);
    const bool count_lost = count.is.kept != Survival::Kept::yes;
    if (!loader_lost && !count_lost) return {};
    const auto outcome = write(true);
    const bool writes = !outcome || outcome->changed || outcome->regenerated;
    if (loader_lost && (writes || (reboots && outcome->reboot_needed)))
      return unsupported(fmt::format(
          "/{} is {}: kernel arguments written there do not reach the next boot. {}", loader.path,
          loader.is.why, kServerHint));
    if (count_lost && (!outcome || outcome->reboot_needed))
      return unsupported(fmt::format(
          "/{} is {}: the count of reboots would be lost and this host would reboot at every boot. "
          "{}, or set [boot] reboot = none and reboot by hand",
          count.path, count.is.why, kServerHint));
    return {};
  }

  // Those that decide the next boot, and the folder of the first ones.
  std::vector<std::string> loader_files() const {
    std::vector<std::string> out{std::string(kLockFolder)};
    if (const auto state = parts_.backend->state())
      out.insert(out.end(), state->files.begin(), state->files.end());
    return out;
  }

  // Before anything is written.
  Status no_vf_in_use() const {
    if (!by_kexec_ || options_.dry_run) return {};
    const auto outcome = VFIRST_TRY(write(true));
    if (!outcome.reboot_needed) return {};
    if (const auto unused = parts_.follow_up->vfs_unused(); !unused)
      return refuse("{}: no kexec; stop what uses it, or use --reboot=reboot", unused.error().what);
    return {};
  }

  Result<ApplyOutcome> write(bool dry_run) const {
    const Arguments wanted = parts_.plan.arguments();
    const auto& boot = parts_.facts.boot;
    if (!parts_.backend) {
      // Nothing is wanted, and nothing of ours can be there; or a signed addon, the owner's command
      // or the boot server has brought the arguments.
      if (wanted.empty() || holds_arguments(boot.cmdline, wanted)) return ApplyOutcome{};
      if (!options_.json) print_text(handover(boot, wanted));
      VFIRST_CHECK(can_apply(boot, wanted));
      return std::unexpected(parts_.why_none);
    }
    return parts_.backend->apply(
        wanted, {.plan = hash_,
                 .dry_run = dry_run,
                 .trial = trial_,
                 .force = force_,
                 .trial_only = trial_arguments(
                     hash_, value_or(parts_.policy.boot.trial_extra, std::string())),
                 .limit = command_line_limit(parts_.facts.cpu.architecture) - 1,
                 .prove = proof(parts_.facts),
                 .run = parts_.run});
  }

  ExitCode follow(const ApplyOutcome& outcome) const {
    // Not stamped: the policy may come later, with the image's next user.
    if (options_.provision && parts_.plan.kargs.empty() && parts_.plan.steps.empty() &&
        !outcome.changed && !outcome.reboot_needed) {
      spdlog::info("nothing is provisioned: the policy asks for nothing");
      return ExitCode::done;
    }
    if (!outcome.reboot_needed)
      if (const auto status = clear_kexec(parts_.files); !status)
        spdlog::warn("{}", status.error().what);
    if (options_.provision) return provision(outcome);
    if (outcome.reboot_needed && by_kexec_) return kexec_by_hand();
    if (outcome.reboot_needed && options_.reboot == "reboot") return reboot_fully();
    return answer(outcome);
  }

  ExitCode answer(const ApplyOutcome& outcome) const {
    if (!options_.detailed_exitcode) return ExitCode::done;
    if (options_.dry_run && (outcome.changed || outcome.regenerated))
      return ExitCode::changes_pending;
    return outcome.reboot_needed ? ExitCode::reboot_needed : ExitCode::done;
  }

  ExitCode provision(const ApplyOutcome& outcome) const {
    const auto next =
        next_provisioning(parts_.files, outcome.reboot_needed, provision_reboot_, hash_);
    if (!next) return report_error(next.error());
    switch (*next) {
      case Provisioning::done:
        spdlog::info("provisioned: this boot has the planned arguments");
        return ExitCode::done;
      case Provisioning::waiting:
        spdlog::info("a reboot is needed; with [boot] reboot = none you do it yourself");
        return ExitCode::done;
      case Provisioning::kexec_now: {
        const auto gone = parts_.follow_up->kexec();
        if (gone) return ExitCode::done;
        say_no_kexec(gone.error().what);
        return provision(outcome);
      }
      case Provisioning::reboot_now: return reboot_fully();
      case Provisioning::spent:
        return report_error(failed(
            ECANCELED,
            "this boot lacks the planned arguments although this host was rebooted for them once; "
            "not rebooting again"));
    }
    return ExitCode::failed;
  }

  // The stamp comes before the jump: one that did not come up is not tried again for this plan.
  ExitCode kexec_by_hand() const {
    const auto gone = [&]() -> Status {
      if (kexec_begun_)
        return refuse("it was tried for this plan, and this boot does not have its arguments");
      VFIRST_CHECK(stamp_kexec(parts_.files, hash_));
      return parts_.follow_up->kexec();
    }();
    if (gone) return ExitCode::done;
    if (gone.error().kind == Error::Kind::busy) {
      spdlog::error("the arguments are written, but nothing was rebooted");
      if (const auto status = clear_kexec(parts_.files); !status)
        spdlog::warn("{}", status.error().what);
      return report_error(gone.error());
    }
    say_no_kexec(gone.error().what);
    return reboot_fully();
  }

  void say_no_kexec(const std::string& why) const {
    spdlog::warn("making a full reboot instead of a kexec: {}", why);
    note_history(
        parts_.files, fmt::format("plan {}: full reboot instead of a kexec: {}", hash_, why));
  }

  ExitCode reboot_fully() const {
    if (auto status = parts_.follow_up->reboot(); !status) return report_error(status.error());
    return ExitCode::done;
  }

  const ApplyParts& parts_;
  const Options& options_;
  const std::string hash_;
  bool trial_ = true;
  bool by_kexec_ = false;
  bool kexec_begun_ = false;
  bool force_ = false;
  // What first provisioning does at its end; none without --provision.
  Reboot provision_reboot_ = Reboot::none;
};

}  // namespace

FollowUp host_follow_up(
    const HostActions& actions, Files& files, const Root& root, const Facts& facts,
    const Plan& plan) {
  return {
      [actions] { return reboot_host(actions); },
      [actions, &files, &root, &facts, &plan] {
        return kexec_host(actions, files, root, facts, plan);
      },
      [actions, &root, &plan] { return host_vfs_unused(actions, root, plan); }};
}

ExitCode apply_plan(const ApplyParts& parts, const Options& options) {
  return Apply(parts, options).run();
}

}  // namespace vfirst
