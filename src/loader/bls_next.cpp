// SPDX-License-Identifier: GPL-2.0-or-later
// Which entry of the Boot Loader Specification boots next, and with what.
#include "base/text.hpp"
#include "base/words.hpp"
#include "host/own_paths.hpp"
#include "loader/bls_default.hpp"
#include "loader/bls_view.hpp"
#include "loader/grub_file.hpp"
#include "loader/next_boot.hpp"
#include "loader/overlay.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// Without the entry of a trial: what boots when none is armed.
[[gnu::cold]] Result<GrubFile> grub_config_without_trial(const FileReader& files) {
  return read_grub_config(Overlay(files, {{std::string(kGrubTrial), std::nullopt}}));
}

// With the device, as GRUB had it for the kernel that runs.
[[gnu::cold]] std::string grub_line(GrubEntry entry, const BootFacts& boot) {
  const auto running = CommandLine::parse(boot.cmdline);
  const auto* image = running.last("BOOT_IMAGE");
  if (image && image->value && image->value->starts_with('('))
    entry.kernel.insert(0, image->value->substr(0, image->value->find(')') + 1));
  return entry.command_line({});
}

[[gnu::cold]] Result<GrubEntry> grub_choice(const GrubFile& config) {
  const auto& next = config.config.next;
  if (!next.doubt.empty()) return refuse("{}: {}", config.path, next.doubt);
  if (next.title.empty()) return refuse("{}: its menu is empty", config.path);
  if (!next.entry) return refuse("{}", boots_no_linux(config));
  if (const auto unknown = unknown_name(next.entry->command_line({})); !unknown.empty())
    return refuse(
        "{}: only GRUB knows ${}",
        next.entry->file.empty() ? fmt::format("{}:{}", config.path, next.entry->line)
                                 : next.entry->file,
        unknown);
  return *next.entry;
}

// systemd-boot's.
[[gnu::cold]] Result<BlsItem> choose(const FileReader& files, const BootFacts& boot) {
  const auto menu = VFIRST_TRY(BlsMenu::read(files, boot));
  if (const auto once = bls_one_shot(files); !once.empty())
    return refuse("{} is to boot next, once (bootctl set-oneshot)", once);
  const auto* item = VFIRST_TRY(bls_default(files, menu));
  if (item->entry.in_single_quotes("options"))
    return refuse(
        "{}: its options stand in single quotes, which only later releases of systemd-boot take "
        "away",
        item->path);
  return *item;
}

// What systemd-boot gives the kernel: its initrds too, for a kernel that asks the firmware for them
// by name (src/boot/boot.c, initrd_prepare).
[[gnu::cold]] std::string line_of(const BlsItem& item) {
  std::string line;
  for (const auto& initrd : item.entry.values("initrd"))
    append_to_list(line, "initrd=" + efi_file(initrd), " ");
  if (item.entry.has_options()) append_to_list(line, item.entry.options().str(), " ");
  return line;
}

}  // namespace

Result<BlsNextLine> bls_next_line(const FileReader& files, const BootFacts& boot) {
  if (boot.loader == Loader::grub_bls) {
    const auto config = VFIRST_TRY(grub_config_without_trial(files));
    const auto entry = VFIRST_TRY(grub_choice(config));
    auto path = entry.file.empty() ? fmt::format("{}:{}", config.path, entry.line) : entry.file;
    return BlsNextLine{entry.title, std::move(path), grub_line(entry, boot)};
  }
  const auto item = VFIRST_TRY(choose(files, boot));
  return BlsNextLine{item.entry.value("title"), item.path, line_of(item)};
}

std::string why_bls_not_reached(
    const FileReader& files, const BootFacts& boot, const BlsMenu& menu) {
  std::string path;
  if (boot.loader == Loader::grub_bls) {
    const auto config = grub_config_without_trial(files);
    // Which it is, only GRUB knows.
    if (!config || !config->config.next.doubt.empty() || config->config.next.title.empty())
      return {};
    const auto& next = config->config.next;
    if (!next.entry || next.entry->file.empty())
      return fmt::format(
          "{}:{}: entry '{}' boots by default and does not take vfirst's arguments", config->path,
          next.line, next.title);
    path = next.entry->file;
  } else {
    const auto chosen = default_entry(files, menu);
    if (!bls_one_shot(files).empty() || !chosen) return {};
    path = (*chosen)->path;
  }
  const auto item = std::ranges::find(menu.items, path, &BlsItem::path);
  if (item == menu.items.end() || item->normal()) return {};
  return fmt::format("{}: boots by default and {}", path, item->left_alone);
}

Result<NextBoot> bls_next_boot(const FileReader& files, const BootFacts& boot) {
  const auto view = VFIRST_TRY(BlsView::read(files, boot));
  if (view.state.wanted || view.state.removing)
    return refuse("{}: a change was cut short", kBlsState);
  if (view.trial == Trial::armed)
    return refuse(
        "{} counts the boots of a trial's entry itself: only a full reboot is a trial there",
        boot.loader == Loader::grub_bls ? "GRUB" : "systemd-boot");
  NextBoot next;
  if (boot.loader == Loader::grub_bls) {
    const auto config = VFIRST_TRY(grub_config_without_trial(files));
    if (const auto once = chosen_once(files, config); !once.empty()) return refuse("{}", once);
    const auto entry = VFIRST_TRY(grub_choice(config));
    next.cmdline = grub_line(entry, boot);
    next.kernel = VFIRST_TRY(loader_file(files, "boot", entry.kernel));
    for (const auto& initrd : entry.initrds)
      next.initrds.push_back(VFIRST_TRY(loader_file(files, "boot", initrd)));
    return next;
  }
  const auto item = VFIRST_TRY(choose(files, boot));
  // The kernel gets them with it.
  next.cmdline = trimmed(item.entry.options().str());
  const auto base = item.partition();
  next.kernel = VFIRST_TRY(loader_file(files, base, item.entry.value("linux")));
  const auto initrds = joined(item.entry.values("initrd"), " ");
  for (const auto initrd : words(initrds))
    next.initrds.push_back(VFIRST_TRY(loader_file(files, base, initrd)));
  return next;
}

}  // namespace vfirst
