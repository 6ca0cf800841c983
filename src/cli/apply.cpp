// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/apply_plan.hpp"
#include "cli/command.hpp"

#include "bootloader/apply.hpp"
#include "bootloader/measured.hpp"
#include "cli/load.hpp"
#include "cli/provision.hpp"
#include "cli/transaction.hpp"

#include <spdlog/spdlog.h>

namespace vfirst {

namespace {

void warn_of_sealed_keys(const Input& input, const Plan& plan) {
  if (holds_arguments(input.facts.boot.cmdline, plan.arguments())) return;
  if (const auto text = measured_warning(tpm_volumes(input.root), input.facts.boot.loader);
      !text.empty())
    spdlog::warn("{}", text);
}

// The option that the running system is asked for, as its errors name it.
const char* acting_option(const Options& options) {
  if (options.provision) return "--provision";
  return options.reboot == "kexec" ? "--reboot=kexec" : "--reboot=reboot";
}

}  // namespace

std::span<const Option> apply_options() {
  static const Option all[] = {
      {"--dry-run", "Print the difference, write nothing", &Options::dry_run},
      {"--detailed-exitcode", "Exit 2: changes pending, 4: reboot needed",
       &Options::detailed_exitcode},
      {"--no-trial", "Make them permanent now, without a trial boot", &Options::no_trial},
      {"--force", "Apply despite errors of the plan or a failed trial", &Options::force},
      {"--adopt", "Take over others' arguments that conflict", &Options::adopt},
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
  auto& loader = *input->loader;
  const auto actions = HostActions::of(input->root, acting_option(options));
  if (options.provision && actions && !may_provision(loader.files(), input->policy.boot)) {
    spdlog::info(
        "nothing is provisioned: this is not a sealed image, and no policy sets [boot] provision = "
        "yes. To write the arguments now, run: vfirst apply");
    return ExitCode::done;
  }
  warn_of_sealed_keys(*input, *plan);
  const auto lock = Lock::take(input->root, kLockFolder);
  if (!lock) return report_error(lock.error());
  ApplyParts parts{
      .root = input->root,
      .files = loader.files(),
      .facts = input->facts,
      .policy = input->policy,
      .plan = *plan,
      .backend = loader.backend()};
  if (!parts.backend) parts.why_none = loader.why_none();
  if (actions)
    parts.follow_up = host_follow_up(*actions, loader.files(), input->root, input->facts, *plan);
  else
    parts.why_no_follow_up = actions.error();
  return apply_plan(parts, options);
}

}  // namespace vfirst
