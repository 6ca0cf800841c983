// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/transaction.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"
#include "facts/read.hpp"
#include "host/process.hpp"
#include "plan/argument_diff.hpp"

#include <spdlog/spdlog.h>
#include <chrono>
#include <ctime>

namespace vfirst {

Result<std::unique_ptr<Transaction>> open_transaction(const Options& options) {
  auto all = std::make_unique<Transaction>(VFIRST_TRY(Root::open(options.root)));
  all->facts =
      VFIRST_TRY(read_facts(all->root, {.kernel = options.kernel, .modules = {}, .names = false}));
  all->backend = VFIRST_TRY(backend_for(all->files, all->root, all->facts.boot));
  return all;
}

void note_history(Files& files, const std::string& line) {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  char stamp[32];
  std::tm utc{};
  std::strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
  const auto before = files.read(kHistory).value_or(std::string());
  auto lines = split(before, '\n');
  std::erase(lines, std::string_view());
  constexpr std::size_t kKept = 99;
  if (lines.size() > kKept) lines.erase(lines.begin(), lines.end() - kKept);
  const auto text =
      fmt::format("{}{}{} {}\n", fmt::join(lines, "\n"), lines.empty() ? "" : "\n", stamp, line);
  const auto written = replace(files, kHistory, text);
  if (!written) spdlog::warn("this could not be written to the history: {}", written.error().what);
}

void print_change(const Change& change, const Options& options, const char* schema) {
  if (change.wrote) note_change("the kernel arguments were changed");
  if (options.json) {
    const Json printed{
        {"schema", schema},
        {"wrote", change.wrote},
        {"dry_run", options.dry_run},
        {"reboot_required", change.reboot_needed},
        {"diff", {{"before", change.before.str()}, {"after", change.after.str()}}},
        {"notes", change.notes}};
    print_document(document(printed));
  } else {
    print_text(argument_diff(change.before.str(), change.after.str()).str());
  }
  for (const auto& note : change.notes)
    spdlog::warn("{}", note);
}

Status reboot_host(const HostActions&) {
  spdlog::info("rebooting");
  // --no-block: the unit that calls us must be able to end while the transaction to the next boot
  // is queued.
  auto ended = VFIRST_TRY(run_process({"systemctl", "--no-block", "reboot"}));
  if (ended.code != 0)
    return failed(EIO, "systemctl reboot: exit code {}: {}", ended.code, ended.err);
  return {};
}

}  // namespace vfirst
