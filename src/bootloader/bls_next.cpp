// SPDX-License-Identifier: GPL-2.0-or-later
// Which entry of the Boot Loader Specification boots next, and with what.
#include "base/words.hpp"
#include "bootloader/bls_backend.hpp"
#include "bootloader/bls_trial.hpp"
#include "bootloader/next_boot.hpp"

#include "base/text.hpp"
#include "base/version_order.hpp"

namespace vfirst {

namespace {

// GRUB's default: the entry that was saved, else the first, which is the newest by its file's name
// (blscfg.c).
[[gnu::cold]] Result<const BlsItem*> grub_default(
    const Files& files, const std::string& environment, const BlsMenu& menu) {
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

// Its words as GRUB passes them on: a variable that nobody set is nothing.
[[gnu::cold]] Result<std::string> replaced(
    const std::string& text, const Files& files, const std::string& environment,
    std::string_view config) {
  std::string out;
  for (const auto word : words(text)) {
    std::string value(word);
    if (word.starts_with('$')) {
      const std::string name(
          word.starts_with("${") ? word.substr(2, word.find('}') - 2) : word.substr(1));
      value = std::string(trimmed(grub_variable(files, environment, name)));
      const auto set = "set " + name + "=";
      if (value.empty() && config.find(set) != config.npos &&
          config.find(set + "\"\"") == config.npos)
        return refuse("{} is GRUB's to replace", word);
    }
    if (!value.empty()) append_to_list(out, value, " ");
  }
  if (out.find('$') != out.npos) return refuse("'{}': GRUB's to replace", out);
  return out;
}

}  // namespace

Result<NextBoot> bls_next_boot(const Files& files, const Root& root, const BootFacts& boot) {
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
  if (const auto once = grub ? std::string() : bls_one_shot(root); !once.empty())
    return refuse("{} is to boot next, once (bootctl set-oneshot)", once);
  const auto* item =
      VFIRST_TRY(grub ? grub_default(files, environment, menu) : bls_default(files, root, menu));
  if (!item || !item->normal())
    return refuse(
        "{}: boots by default and {}", item ? item->path : menu.folder,
        item ? item->left_alone : "has no entry");

  NextBoot out;
  const auto& entry = item->entry;
  const auto linux_file = entry.value("linux");
  out.cmdline = entry.options().str();
  std::string initrds;
  for (const auto& initrd : entry.values("initrd"))
    initrds += initrd + " ";
  if (grub) {
    const auto config =
        files.read("boot/grub2/grub.cfg").value_or(files.read("boot/grub/grub.cfg").value_or(""));
    initrds = VFIRST_TRY(replaced(initrds, files, environment, config));
    // With the device, as GRUB had it for the kernel that runs.
    const auto running = CommandLine::parse(boot.cmdline);
    const auto* image = running.last("BOOT_IMAGE");
    const auto device = image && image->value && image->value->starts_with('(')
                            ? image->value->substr(0, image->value->find(')') + 1)
                            : std::string();
    out.cmdline = "BOOT_IMAGE=" + device + linux_file + " " +
                  VFIRST_TRY(replaced(out.cmdline, files, environment, config));
  }
  out.cmdline = std::string(trimmed(out.cmdline));
  const auto base = menu.folder.substr(0, menu.folder.find("/loader/"));
  out.kernel = VFIRST_TRY(loader_file(files, base, linux_file));
  for (const auto initrd : words(initrds))
    out.initrds.push_back(VFIRST_TRY(loader_file(files, base, initrd)));
  return out;
}

}  // namespace vfirst
