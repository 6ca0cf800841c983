// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/next_boot.hpp"

#include "base/text.hpp"
#include "loader/grub_file.hpp"
#include "loader/slots.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// The part up to a '>' that stands alone, and what follows it.
[[gnu::cold]] std::string first_level(std::string_view& chosen) {
  std::string part;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i] == '>' && (i + 1 == chosen.size() || chosen[i + 1] != '>')) {
      chosen.remove_prefix(i + 1);
      return part;
    }
    if (chosen[i] == '>') ++i;
    part += chosen[i];
  }
  chosen = {};
  return part;
}

// The block that this configuration reads its saved entry from.
std::string grub_environment_beside(const GrubFile& config) {
  return config.path.substr(0, config.path.rfind('/')) + "/grubenv";
}

// What grub.cfg's `default` comes to.
[[gnu::cold]] Result<std::string> chosen_by_grub(const FileReader& files, const GrubFile& config) {
  const auto environment = grub_environment_beside(config);
  if (const auto once = grub_variable(files, environment, "next_entry"); !once.empty())
    return refuse("{}: {} is to boot next, once (grub-reboot)", environment, once);
  const auto& chosen = config.config.chosen;
  if (chosen.find('$') == chosen.npos) return chosen;
  if (chosen != "${saved_entry}")
    return refuse("{}: what boots by default is {}, which only GRUB knows", config.path, chosen);
  auto saved = grub_variable(files, environment, "prev_saved_entry");
  return saved.empty() ? grub_variable(files, environment, "saved_entry") : saved;
}

[[gnu::cold]] Result<NextBoot> grub_next_boot(const FileReader& files, const BootFacts& boot) {
  const auto slots = VFIRST_TRY(current_slots(files, boot));
  const auto config = VFIRST_TRY(read_grub_config(files));
  if (const auto wrong = faults(config, slots.path); !wrong.empty())
    return refuse("{}: {}", config.path, wrong.front());
  const auto* entry = VFIRST_TRY(grub_default_entry(files, config));
  if (!entry) return refuse("{}: the entry that boots by default boots no Linux", config.path);

  NextBoot next;
  next.trial = slots.selection.trial.has_value();
  auto ours = slots.arguments(slots.selection.next());
  if (const auto* slot = slots.at(slots.selection.trial)) ours = ours.then(slot->trial_only);
  if (!ours.empty() && !entry->carries)
    return refuse(
        "{}:{}: entry '{}' boots by default and does not carry our arguments", config.path,
        entry->line, entry->title);
  next.cmdline = entry->command_line(ours);
  if (const auto at = next.cmdline.find('$'); at != next.cmdline.npos)
    return refuse(
        "{}:{}: {} is GRUB's to replace", config.path, entry->line,
        words(next.cmdline.substr(at)).front());
  next.kernel = VFIRST_TRY(loader_file(files, "boot", entry->kernel));
  for (const auto& initrd : entry->initrds)
    next.initrds.push_back(VFIRST_TRY(loader_file(files, "boot", initrd)));
  return next;
}

}  // namespace

Result<const GrubEntry*> grub_default_entry(const FileReader& files, const GrubFile& config) {
  const auto* item = default_item(config.config, VFIRST_TRY(chosen_by_grub(files, config)));
  const auto& entries = config.config.entries;
  const auto entry = std::ranges::find_if(
      entries, [&](const GrubEntry& e) { return item && e.place == item->place; });
  return entry == entries.end() ? nullptr : &*entry;
}

std::string why_not_reached(
    const FileReader& files, const GrubFile& config, bool (*carries)(const GrubEntry& entry)) {
  if (config.config.menu.empty()) return {};
  const auto environment = grub_environment_beside(config);
  if (const auto once = grub_variable(files, environment, "next_entry"); !once.empty())
    return fmt::format("{}: '{}' is to boot next, once (grub-reboot)", environment, once);
  const auto entry = grub_default_entry(files, config);
  // Which it is, only GRUB knows.
  if (!entry) return {};
  if (!*entry)
    return fmt::format("{}: the entry that boots by default boots no Linux", config.path);
  if (carries(**entry)) return {};
  return fmt::format(
      "{}:{}: entry '{}' boots by default and does not take vfirst's arguments", config.path,
      (*entry)->line, (*entry)->title);
}

const GrubItem* default_item(const GrubConfig& config, std::string_view chosen) {
  const GrubItem* found = nullptr;
  std::vector<std::size_t> above;
  for (;;) {
    const auto part = first_level(chosen);
    const auto number = parse_number(part);
    const GrubItem *first = nullptr, *named = nullptr;
    for (const auto& item : config.menu) {
      if (item.place.size() != above.size() + 1 ||
          !std::equal(above.begin(), above.end(), item.place.begin()))
        continue;
      if (!first) first = &item;
      if (!named && (number ? item.place.back() == *number
                            : !part.empty() && (item.title == part || item.id == part)))
        named = &item;
    }
    if (!first) return found;
    found = named ? named : first;
    if (!found->submenu) return found;
    above = found->place;
  }
}

Result<std::string> loader_file(
    const FileReader& files, std::string_view base, std::string_view path) {
  if (!path.starts_with('/')) return refuse("{}: not a path from the file system's root", path);
  std::string found(base);
  found += path;
  if (files.exists(found)) return found;
  const auto boot = path.find("/boot/");
  if (boot != path.npos && files.exists(path.substr(boot + 1)))
    return std::string(path.substr(boot + 1));
  return refuse("{}: the boot loader's file is not there", path);
}

Result<NextBoot> next_boot(const FileReader& files, const Root& root, const BootFacts& boot) {
  if (boot.loader == Loader::grub) return grub_next_boot(files, boot);
  if (boot.loader == Loader::grub_bls || boot.loader == Loader::systemd_boot)
    return bls_next_boot(files, root, boot);
  return refuse("{}: what it boots next is not known", loader_name(boot.loader));
}

}  // namespace vfirst
