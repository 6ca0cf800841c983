// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/next_boot.hpp"

#include "base/text.hpp"
#include "loader/grub_file.hpp"
#include "loader/next_line.hpp"
#include "loader/slots.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// The block that this configuration reads its saved entry from.
std::string grub_environment_beside(const GrubFile& config) {
  return config.path.substr(0, config.path.rfind('/')) + "/grubenv";
}

[[gnu::cold]] Result<NextBoot> grub_next_boot(const FileReader& files, const BootFacts& boot) {
  const auto slots = VFIRST_TRY(current_slots(files, boot));
  const auto config = VFIRST_TRY(read_grub_config(files));
  if (const auto wrong = faults(config, slots.path); !wrong.empty())
    return refuse("{}: {}", config.path, wrong.front());
  if (const auto once = chosen_once(files, config); !once.empty()) return refuse("{}", once);
  const auto& wanted = config.config.next;
  if (!wanted.doubt.empty()) return refuse("{}: {}", config.path, wanted.doubt);
  const auto& entry = wanted.entry;
  if (!entry) return refuse("{}", boots_no_linux(config));

  NextBoot next;
  next.trial = slots.selection.trial.has_value();
  auto ours = slots.arguments(slots.selection.next());
  if (const auto* slot = slots.at(slots.selection.trial)) ours = ours.then(slot->trial_only);
  if (!ours.empty() && !entry->carries)
    return refuse(
        "{}:{}: entry '{}' boots by default and does not carry our arguments", config.path,
        entry->line, entry->title);
  next.cmdline = entry->command_line(ours);
  if (is_unknown(next.cmdline))
    return refuse(
        "{}:{}: ${} is GRUB's to replace", config.path, entry->line, unknown_name(next.cmdline));
  next.kernel = VFIRST_TRY(loader_file(files, "boot", entry->kernel));
  for (const auto& initrd : entry->initrds)
    next.initrds.push_back(VFIRST_TRY(loader_file(files, "boot", initrd)));
  return next;
}

}  // namespace

std::string chosen_once(const FileReader& files, const GrubFile& config) {
  const auto environment = grub_environment_beside(config);
  const auto once = grub_variable(files, environment, "next_entry");
  return once.empty()
             ? std::string()
             : fmt::format("{}: '{}' is to boot next, once (grub-reboot)", environment, once);
}

std::string why_not_reached(
    const FileReader& files, const GrubFile& config, bool (*carries)(const GrubEntry& entry)) {
  if (config.config.menu.empty()) return {};
  if (auto once = chosen_once(files, config); !once.empty()) return once;
  const auto& next = config.config.next;
  // Which it is, only GRUB knows.
  if (!next.doubt.empty()) return {};
  if (!next.entry) return boots_no_linux(config);
  if (carries(*next.entry)) return {};
  return fmt::format(
      "{}:{}: entry '{}' boots by default and does not take vfirst's arguments", config.path,
      next.entry->line, next.title);
}

bool another_entry_runs(const GrubConfig& config, const BootFacts& boot) {
  // As grub.cfg spells them: GRUB may have put its device in front of the kernel's path.
  const auto words_of = [](std::string_view line) {
    auto args = CommandLine::parse(line).args();
    std::vector<std::string> words;
    for (const auto& arg : args) {
      const auto device = arg.key == "BOOT_IMAGE" ? arg.raw.find(')') : arg.raw.npos;
      words.push_back(
          device == arg.raw.npos ? arg.raw : "BOOT_IMAGE=" + arg.raw.substr(device + 1));
    }
    return words;
  };
  const auto running = words_of(without_own(boot.cmdline, boot.own_arguments));
  bool other = false;
  for (const auto& entry : config.entries) {
    if (words_of(entry.command_line({})) != running) continue;
    if (entry.carries) return false;
    other = true;
  }
  return other;
}

Result<NextBoot> next_boot(const FileReader& files, const BootFacts& boot) {
  if (boot.loader == Loader::grub) return grub_next_boot(files, boot);
  if (boot.loader == Loader::grub_bls || boot.loader == Loader::systemd_boot)
    return bls_next_boot(files, boot);
  return refuse("{}: what it boots next is not known", loader_name(boot.loader));
}

}  // namespace vfirst
