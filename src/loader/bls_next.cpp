// SPDX-License-Identifier: GPL-2.0-or-later
// Which entry of the Boot Loader Specification boots next, and with what.
#include "base/text.hpp"
#include "base/version_order.hpp"
#include "base/words.hpp"
#include "host/loader_paths.hpp"
#include "loader/bls_default.hpp"
#include "loader/bls_view.hpp"
#include "loader/grub_file.hpp"
#include "loader/next_boot.hpp"

namespace vfirst {

namespace {

// GRUB's default: the entry that was saved, else the first, which is the newest by its file's name
// (blscfg.c).
[[gnu::cold]] Result<const BlsItem*> grub_default(
    const FileReader& files, const std::string& environment, const BlsMenu& menu) {
  if (const auto once = grub_variable(files, environment, "next_entry"); !once.empty())
    return refuse("{}: {} is to boot next, once (grub2-reboot)", environment, once);
  const auto saved = grub_variable(files, environment, "saved_entry");
  const BlsItem* newest = nullptr;
  for (const auto& item : menu.items) {
    if (!saved.empty() && item.name.id == saved) return &item;
    if (!newest || compare_versions(item.name.id, newest->name.id) > 0) newest = &item;
  }
  if (!saved.empty())
    return refuse("{}: saved_entry is {}, and no entry has that name", environment, saved);
  return newest;
}

// A list of arguments or files as GRUB passes it on: a variable that nobody set is nothing.
[[gnu::cold]] Result<std::string> replaced(
    const std::vector<KernelArg>& list, const FileReader& files, const std::string& environment,
    std::string_view config) {
  std::string text;
  for (const auto& [raw, key, value] : list) {
    auto part = raw;
    if (raw.starts_with('$')) {
      const auto name = raw.starts_with("${") ? raw.substr(2, raw.find('}') - 2) : raw.substr(1);
      part = trimmed(grub_variable(files, environment, name));
      const auto set = "set " + name + "=";
      if (part.empty() && config.find(set) != config.npos &&
          config.find(set + "\"\"") == config.npos)
        return refuse("{} is GRUB's to replace", raw);
    }
    if (!part.empty()) append_to_list(text, part, " ");
  }
  if (text.find('$') != text.npos) return refuse("'{}': GRUB's to replace", text);
  return text;
}

}  // namespace

Result<NextBoot> bls_next_boot(const FileReader& files, const Root& root, const BootFacts& boot) {
  const auto menu = VFIRST_TRY(BlsMenu::read(files, boot));
  const auto state = BlsState::parse(files.read(kBlsState).value_or(""));
  if (state && (state->wanted || state->removing))
    return refuse("{}: a change was cut short", kBlsState);
  if (const auto* trial = menu.trial(); trial && trial_state(*trial, boot) == Trial::armed)
    return refuse(
        "systemd-boot counts the boots of a trial's entry itself: only a full reboot is a trial "
        "there");
  const bool grub = boot.loader == Loader::grub_bls;
  const auto environment = grub ? grub_environment_path(files, root) : std::string();
  if (const auto once = grub ? std::string() : bls_one_shot(files); !once.empty())
    return refuse("{} is to boot next, once (bootctl set-oneshot)", once);
  const auto* item =
      VFIRST_TRY(grub ? grub_default(files, environment, menu) : bls_default(files, menu));
  if (!item || !item->normal())
    return refuse(
        "{}: boots by default and {}", item ? item->path : menu.folder,
        item ? item->left_alone : "has no entry");

  NextBoot next;
  const auto& entry = item->entry;
  const auto linux_file = entry.value("linux");
  next.cmdline = entry.options().str();
  std::string initrds;
  for (const auto& initrd : entry.values("initrd"))
    initrds += initrd + " ";
  if (grub) {
    const auto file = read_grub_config(files);
    const auto config = file ? file->text : std::string();
    initrds = VFIRST_TRY(replaced(split_arguments(initrds), files, environment, config));
    // With the device, as GRUB had it for the kernel that runs.
    const auto running = CommandLine::parse(boot.cmdline);
    const auto* image = running.last("BOOT_IMAGE");
    const auto device = image && image->value && image->value->starts_with('(')
                            ? image->value->substr(0, image->value->find(')') + 1)
                            : std::string();
    next.cmdline = "BOOT_IMAGE=" + device + linux_file + " " +
                   VFIRST_TRY(replaced(split_arguments(next.cmdline), files, environment, config));
  }
  next.cmdline = std::string(trimmed(next.cmdline));
  const auto base = menu.folder.substr(0, menu.folder.find("/loader/"));
  next.kernel = VFIRST_TRY(loader_file(files, base, linux_file));
  for (const auto initrd : words(initrds))
    next.initrds.push_back(VFIRST_TRY(loader_file(files, base, initrd)));
  return next;
}

}  // namespace vfirst
