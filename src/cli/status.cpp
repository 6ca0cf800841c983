// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "base/json.hpp"
#include "base/printable.hpp"
#include "bootloader/support.hpp"
#include "cli/load.hpp"
#include "cli/output.hpp"
#include "cli/transaction.hpp"
#include "facts/read.hpp"

namespace vfirst {

namespace {

// What the owner wants to know about a trial, in one line; "" where there is none.
std::string trial_line(const LoaderState& state) {
  switch (state.trial) {
    case Trial::none: return {};
    case Trial::armed:
      return fmt::format("the next boot is the trial of plan {}", state.trial_plan);
    case Trial::running:
      return fmt::format(
          "this boot is the trial of plan {}; vfirst confirm keeps it", state.trial_plan);
    case Trial::not_reached:
      return fmt::format(
          "the boot for the trial of plan {} was another entry's; the plan was not tried",
          state.trial_plan);
    case Trial::failed:
      return fmt::format(
          "plan {} had its trial boot and was not confirmed; vfirst will not try it again",
          state.trial_plan);
  }
  return {};
}

Json signs_of(const BootFacts& boot) {
  Json signs = Json::array();
  for (const auto& sign : boot.signs)
    signs.push_back({{"loader", loader_name(sign.loader)}, {"source", sign.source}});
  return signs;
}

}  // namespace

std::span<const Option> status_options() {
  return {};
}

// Neither policy nor plan: what stands on the disk, for a host whose policy may be the very thing
// that is broken.
ExitCode run_status(const Options& options) {
  const auto root = Root::open(options.root);
  if (!root) return report_error(root.error());
  const auto facts = read_facts(*root, {.kernel = options.kernel, .modules = {}, .names = false});
  if (!facts) return report_error(facts.error());
  const auto& boot = facts->boot;
  DiskFiles files(*root);
  const auto backend = backend_for(files, *root, boot);
  LoaderState state;
  if (backend) {
    auto read = (*backend)->state();
    if (!read) return report_error(read.error());
    state = std::move(*read);
  }
  const bool running = holds_arguments(boot.cmdline, state.next);
  const auto tryable = can_try(boot);
  if (options.json) {
    const Json printed{
        {"schema", "vfirst.status/1"},
        {"loader",
         {{"name", loader_name(boot.loader)},
          {"evidence", boot.evidence},
          {"signs", signs_of(boot)},
          {"doubt", boot.doubt},
          {"uefi", boot.uefi},
          {"supported", backend.has_value()},
          {"boot_filesystem", boot.filesystem},
          {"can_try", tryable.has_value()},
          {"files", state.files}}},
        {"running", {{"cmdline", boot.cmdline}, {"has_next_arguments", running}}},
        {"next",
         {{"entry", boot.next.title},
          {"source", boot.next.source},
          {"cmdline", boot.next.cmdline()},
          {"doubt", boot.next.doubt},
          {"place", state.next_place},
          {"trial", state.trial == Trial::armed},
          {"arguments", state.next.str()}}},
        {"good", {{"place", state.good_place}, {"arguments", state.good.str()}}},
        {"trial",
         {{"state", trial_name(state.trial)},
          {"plan", state.trial_plan},
          {"arguments", state.trial_arguments.str()}}},
        {"can_roll_back", state.can_roll_back},
        {"damage", state.damage},
        {"notes", state.notes}};
    print_document(document(printed));
    return ExitCode::done;
  }
  std::string out;
  const auto line = [&](std::string_view what, std::string_view value) {
    out += fmt::format("{:<16}{}\n", what, printable_line(value));
  };
  line(
      "boot loader", fmt::format(
                         "{}{}{}", loader_name(boot.loader), boot.uefi ? ", UEFI" : ", BIOS",
                         boot.evidence.empty() ? "" : " (" + boot.evidence + ")"));
  for (const auto& sign : boot.signs)
    if (sign.source != boot.evidence)
      line("", fmt::format("also seen: {} ({})", loader_name(sign.loader), sign.source));
  line("/boot", boot.filesystem.empty() ? "unknown filesystem" : boot.filesystem);
  if (!backend)
    line("", backend.error().what);
  else if (!tryable)
    line("", tryable.error().what);
  for (const auto& file : state.files)
    line("file", file);
  if (boot.next.known())
    line(
        "next entry", boot.next.title.empty()
                          ? boot.next.source
                          : fmt::format("{} ({})", boot.next.title, boot.next.source));
  else if (!boot.next.doubt.empty())
    line("next entry", fmt::format("not known: {}", boot.next.doubt));
  if (state.next_place.empty()) {
    line("next boot", "no arguments of vfirst");
  } else {
    line(
        "next boot", fmt::format(
                         "{}{}: {}", state.next_place,
                         state.trial == Trial::armed ? " (trial, once)" : "", state.next.str()));
    line("this boot", running ? "has them" : "does not have them yet: reboot to use them");
  }
  if (const auto trial = trial_line(state); !trial.empty()) line("trial", trial);
  for (const auto& damage : state.damage)
    line("damaged", damage);
  for (const auto& note : state.notes)
    line("note", note);
  print_text(out);
  return ExitCode::done;
}

}  // namespace vfirst
