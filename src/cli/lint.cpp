// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/lint.hpp"
#include "cli/fleet.hpp"
#include "cli/load.hpp"
#include "cli/output.hpp"
#include "fleet/host_facts.hpp"

#include <algorithm>

namespace vfirst {

namespace {

namespace fs = std::filesystem;

// A policy is an .ini file, or a directory that holds such files and no sys/.
bool is_policy(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return path.extension() == ".ini";
  if (tree_in(path)) return false;
  for (const auto& entry : fs::directory_iterator(path, error))
    if (entry.path().extension() == ".ini") return true;
  return false;
}

std::string host_name(const fs::path& path) {
  const auto whole = path.filename().empty() ? path.parent_path() : path;
  return host_of_file(whole.filename().native()).value_or(whole.filename().native());
}

Result<LintReport> check(Options options) {
  std::vector<HostFile> hosts;
  if (!options.facts_dir.empty()) hosts = VFIRST_TRY(hosts_in(options.facts_dir));
  for (const auto& path : options.paths) {
    if (is_policy(path))
      options.policy.push_back(path);
    else
      hosts.push_back({host_name(path), path});
  }
  std::ranges::stable_sort(hosts, {}, &HostFile::host);
  const auto policy = VFIRST_TRY(policy_set(options));
  return lint(hosts, policy, host_work(options, hosts.size()));
}

}  // namespace

std::span<const Option> lint_options() {
  static const Option all[] = {
      {"PATH",
       "Policies (*.ini) and machines: trees, tars, documents",
       &Options::paths,
       "",
       {},
       false},
      {"--facts-dir", "Also all machines of this directory", &Options::facts_dir, "DIR"},
  };
  return all;
}

ExitCode run_lint(const Options& options) {
  const auto report = check(options);
  if (!report) return report_error(report.error());
  options.json ? print_document(lint_json(*report)) : print_text(lint_text(*report));
  return report->refuses() ? ExitCode::refused
         : report->errs()  ? ExitCode::differs
                           : ExitCode::done;
}

}  // namespace vfirst
