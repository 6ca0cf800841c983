// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.hpp"

#include "bootloader/apply.hpp"
#include "bootloader/support.hpp"
#include "cli/load.hpp"
#include "facts/read.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace vfirst {

std::span<const Option> status_options() { return {}; }

// Neither policy nor plan: what stands on the disk, for a host whose policy may be the very thing that is broken.
ExitCode run_status(const Options& options) {
  const auto root = Root::open(options.root);
  if (!root) return report_error(root.error());
  const auto facts = read_facts(*root, {.kernel = options.kernel, .modules = {}, .names = false});
  if (!facts) return report_error(facts.error());
  const auto slots = current_slots(*root);
  if (!slots) return report_error(slots.error());

  const auto& boot = facts->boot;
  const auto next = slots->arguments();
  const bool running = holds_arguments(boot.cmdline, next);
  const auto tryable = can_try(boot);
  const auto letter = [](char slot) { return slot ? std::string(1, slot) : std::string(); };
  if (options.json) {
    const nlohmann::ordered_json document{
        {"schema", "vfirst.status/1"},
        {"loader", {{"name", loader_name(boot.loader)}, {"evidence", boot.evidence}, {"uefi", boot.uefi},
                    {"boot_filesystem", boot.filesystem}, {"can_try", tryable.has_value()}}},
        {"running", {{"cmdline", boot.cmdline}, {"has_next_arguments", running}}},
        {"next", {{"slot", letter(slots->next())}, {"trial", slots->trial != 0}, {"arguments", next}}},
        {"good", letter(slots->good)},
        {"damage", slots->damage}};
    fmt::print("{}\n", document.dump(2));
    return ExitCode::done;
  }
  fmt::print("boot loader     {}{}{}\n", loader_name(boot.loader), boot.uefi ? ", UEFI" : ", BIOS",
             boot.evidence.empty() ? "" : " (" + boot.evidence + ")");
  fmt::print("/boot           {}\n", boot.filesystem.empty() ? "unknown filesystem" : boot.filesystem);
  if (!tryable) fmt::print("                {}\n", tryable.error().what);
  if (slots->next() == 0) {
    fmt::print("next boot       no arguments of ours\n");
  } else {
    fmt::print("next boot       slot {}{}: {}\n", slots->next(), slots->trial ? " (trial, once)" : "", next);
    fmt::print("this boot       {}\n", running ? "has them" : "has other ones; a reboot is needed");
  }
  for (const auto& line : slots->damage) fmt::print("damaged         {}\n", line);
  return ExitCode::done;
}

}  // namespace vfirst
