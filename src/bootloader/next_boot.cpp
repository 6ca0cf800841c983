// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/next_boot.hpp"

#include "base/text.hpp"
#include "bootloader/environment_block.hpp"
#include "bootloader/regenerate.hpp"
#include "bootloader/support.hpp"

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

// As GRUB gives words to the kernel (grub-core/lib/cmdline.c): a backslash before ' " and \, quotes
// around a word with a blank.
[[gnu::cold]] void add_word(std::string& line, std::string_view word) {
  const bool blank = word.find(' ') != word.npos;
  if (!line.empty()) line += ' ';
  if (blank) line += '"';
  for (const char c : word) {
    if (c == '\\' || c == '\'' || c == '"') line += '\\';
    line += c;
  }
  if (blank) line += '"';
}

// What grub.cfg's `default` comes to.
[[gnu::cold]] Result<std::string> chosen_by_grub(const Files& files, const GrubFile& config) {
  const auto environment = config.path.substr(0, config.path.rfind('/')) + "/grubenv";
  if (const auto once = grub_variable(files, environment, "next_entry"); !once.empty())
    return refuse("{}: {} is to boot next, once (grub-reboot)", environment, once);
  const auto& chosen = config.config.chosen;
  if (chosen.find('$') == chosen.npos) return chosen;
  if (chosen != "${saved_entry}")
    return refuse("{}: what boots by default is {}, which only GRUB knows", config.path, chosen);
  auto saved = grub_variable(files, environment, "prev_saved_entry");
  return saved.empty() ? grub_variable(files, environment, "saved_entry") : saved;
}

[[gnu::cold]] Result<NextBoot> grub_next_boot(const Files& files, const BootFacts& boot) {
  const auto slots = VFIRST_TRY(current_slots(files, boot));
  const auto config = VFIRST_TRY(read_grub_config(files));
  if (const auto wrong = faults(config, slots.path); !wrong.empty())
    return refuse("{}: {}", config.path, wrong.front());
  const auto* item = default_item(config.config, VFIRST_TRY(chosen_by_grub(files, config)));
  const auto entry = std::ranges::find_if(
      config.config.entries, [&](const GrubEntry& e) { return item && e.place == item->place; });
  if (entry == config.config.entries.end())
    return refuse("{}: the entry that boots by default boots no Linux", config.path);

  NextBoot out;
  out.trial = slots.now.trial;
  std::string ours = slots.arguments(slots.next());
  if (const auto* slot = slots.at(slots.now.trial)) ours += " " + slot->trial_only;
  if (!trimmed(ours).empty() && !entry->carries)
    return refuse(
        "{}:{}: entry '{}' boots by default and does not carry our arguments", config.path,
        entry->line, entry->title);
  add_word(out.cmdline, "BOOT_IMAGE=" + entry->kernel);
  for (std::size_t i = 0; i <= entry->arguments.size(); ++i) {
    if (entry->carries && i == entry->ours_at)
      for (const auto word : words(ours))
        add_word(out.cmdline, word);
    if (i < entry->arguments.size()) add_word(out.cmdline, entry->arguments[i]);
  }
  if (const auto at = out.cmdline.find('$'); at != out.cmdline.npos)
    return refuse(
        "{}:{}: {} is GRUB's to replace", config.path, entry->line,
        words(out.cmdline.substr(at)).front());
  out.kernel = VFIRST_TRY(loader_file(files, "boot", entry->kernel));
  for (const auto& initrd : entry->initrds)
    out.initrds.push_back(VFIRST_TRY(loader_file(files, "boot", initrd)));
  return out;
}

}  // namespace

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

Result<std::string> loader_file(const Files& files, std::string_view base, std::string_view path) {
  if (!path.starts_with('/')) return refuse("{}: not a path from the file system's root", path);
  std::string found(base);
  found += path;
  if (files.exists(found)) return found;
  const auto boot = path.find("/boot/");
  if (boot != path.npos && files.exists(path.substr(boot + 1)))
    return std::string(path.substr(boot + 1));
  return refuse("{}: the boot loader's file is not there", path);
}

std::string grub_variable(const Files& files, std::string_view environment, std::string_view name) {
  if (environment.empty()) return {};
  return environment_value(files.read(environment).value_or(""), name);
}

Result<NextBoot> next_boot(const Files& files, const Root& root, const BootFacts& boot) {
  if (boot.loader == Loader::grub) return grub_next_boot(files, boot);
  if (boot.loader == Loader::grub_bls || boot.loader == Loader::systemd_boot)
    return bls_next_boot(files, root, boot);
  return refuse("{}: what it boots next is not known", loader_name(boot.loader));
}

// What the fragment's save_env does, and the way back. `armed` stays: it is how the trial's boot is
// known for one.
Status count_trial(Files& files, const BootFacts& boot, bool taken) {
  if (boot.loader != Loader::grub)
    return refuse("{}: counts the boots of a trial itself", loader_name(boot.loader));
  const auto slots = VFIRST_TRY(current_slots(files, boot));
  auto next = slots.now;
  next.trial = 0;
  for (const char slot : {'a', 'b'})
    if (!taken && slot != slots.now.good && slots.at(slot) &&
        slots.at(slot)->plan == slots.now.armed)
      next.trial = slot;
  if (!taken && !next.trial) return refuse("no slot holds plan {} any more", slots.now.armed);
  return next == slots.now ? Status{} : commit(files, slots, next);
}

}  // namespace vfirst
