// SPDX-License-Identifier: GPL-2.0-or-later
// vfirst plan --facts-dir DIR --out DIR
#include "fleet/plan_fleet.hpp"

#include "cli/fleet.hpp"
#include "cli/load.hpp"
#include "cli/output.hpp"
#include "fleet/summary.hpp"

namespace vfirst {

namespace {

Result<FleetSummary> plan_all(const Options& options) {
  namespace fs = std::filesystem;
  const auto policy = VFIRST_TRY(policy_set(options));
  const auto hosts = VFIRST_TRY(hosts_in(options.facts_dir));
  std::error_code error;
  if (fs::equivalent(options.facts_dir, options.out, error))
    return refuse("--out {}: this directory holds the facts; name another one", options.out);
  fs::create_directories(options.out, error);
  if (error) return failed(error.value(), "{}: {}", options.out, error.message());
  return plan_fleet(hosts, policy, options.out, host_work(options, hosts.size()));
}

}  // namespace

ExitCode run_plan_fleet(const Options& options) {
  if (options.out.empty()) {
    print_error("--facts-dir needs --out DIR: the folder for the plans");
    return ExitCode::usage;
  }
  const auto summary = plan_all(options);
  if (!summary) return report_error(summary.error());
  note_change("the plans were written");
  options.json ? print_document(summary_json(*summary)) : print_text(summary_text(*summary));
  return summary->refused.empty() ? ExitCode::done : ExitCode::refused;
}

}  // namespace vfirst
