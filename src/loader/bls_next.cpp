// SPDX-License-Identifier: GPL-2.0-or-later
// Which entry of the Boot Loader Specification boots next, and with what.
#include "base/text.hpp"
#include "base/version_order.hpp"
#include "base/words.hpp"
#include "host/loader_paths.hpp"
#include "loader/bls_default.hpp"
#include "loader/bls_view.hpp"
#include "loader/environment_block.hpp"
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

// GRUB's variables, as its configuration leaves them; those of its block where there is none.
using Variables = std::map<std::string, std::string, std::less<>>;
[[gnu::cold]] Variables grub_variables(const FileReader& files, const std::string& environment) {
  if (auto file = read_grub_config(files)) return std::move(file->config.variables);
  Variables variables;
  for (auto& [name, value] : environment_variables(files.read(environment).value_or("")))
    variables[name] = std::move(value);
  return variables;
}

// A list of arguments or files as GRUB passes it on: a variable that nobody set is nothing.
[[gnu::cold]] Result<std::string> replaced(
    const std::vector<KernelArg>& list, const Variables& variables) {
  std::string text;
  for (const auto& [raw, key, value] : list) {
    auto part = raw;
    if (raw.starts_with('$')) {
      const auto name = raw.starts_with("${") ? raw.substr(2, raw.find('}') - 2) : raw.substr(1);
      const auto found = variables.find(name);
      part = found == variables.end() ? "" : std::string(trimmed(found->second));
      if (is_unknown(part)) return refuse("{} is GRUB's to replace", raw);
    }
    if (!part.empty()) append_to_list(text, part, " ");
  }
  if (text.find('$') != text.npos) return refuse("'{}': GRUB's to replace", text);
  return text;
}

// An entry with the menu that it stands in.
struct Choice {
  BlsMenu menu;
  BlsItem item;
  // Of GRUB.
  Variables variables;
};

[[gnu::cold]] Result<Choice> choose(
    const FileReader& files, const Root& root, const BootFacts& boot) {
  Choice choice;
  choice.menu = VFIRST_TRY(BlsMenu::read(files, boot));
  const bool grub = boot.loader == Loader::grub_bls;
  const auto environment = grub ? grub_environment_path(files, root) : std::string();
  if (const auto once = grub ? std::string() : bls_one_shot(files); !once.empty())
    return refuse("{} is to boot next, once (bootctl set-oneshot)", once);
  const auto* item = VFIRST_TRY(
      grub ? grub_default(files, environment, choice.menu) : bls_default(files, choice.menu));
  if (!item || !item->normal())
    return refuse(
        "{}: boots by default and {}", item ? item->path : choice.menu.folder,
        item ? item->left_alone : "has no entry");
  choice.item = *item;
  if (grub) choice.variables = grub_variables(files, environment);
  return choice;
}

[[gnu::cold]] Result<std::string> line_of(const Choice& choice, const BootFacts& boot) {
  auto line = choice.item.entry.options().str();
  if (boot.loader == Loader::grub_bls) {
    // With the device, as GRUB had it for the kernel that runs.
    const auto running = CommandLine::parse(boot.cmdline);
    const auto* image = running.last("BOOT_IMAGE");
    const auto device = image && image->value && image->value->starts_with('(')
                            ? image->value->substr(0, image->value->find(')') + 1)
                            : std::string();
    line = "BOOT_IMAGE=" + device + choice.item.entry.value("linux") + " " +
           VFIRST_TRY(replaced(split_arguments(line), choice.variables));
  }
  return std::string(trimmed(line));
}

}  // namespace

Result<BlsNextLine> bls_next_line(
    const FileReader& files, const Root& root, const BootFacts& boot) {
  const auto choice = VFIRST_TRY(choose(files, root, boot));
  return BlsNextLine{
      choice.item.entry.value("title"), choice.item.path, VFIRST_TRY(line_of(choice, boot))};
}

Result<NextBoot> bls_next_boot(const FileReader& files, const Root& root, const BootFacts& boot) {
  const auto menu = VFIRST_TRY(BlsMenu::read(files, boot));
  const auto state = BlsState::parse(files.read(kBlsState).value_or(""));
  if (state && (state->wanted || state->removing))
    return refuse("{}: a change was cut short", kBlsState);
  if (const auto* trial = menu.trial(); trial && trial_state(*trial, boot) == Trial::armed)
    return refuse(
        "systemd-boot counts the boots of a trial's entry itself: only a full reboot is a trial "
        "there");
  const auto choice = VFIRST_TRY(choose(files, root, boot));
  const auto& entry = choice.item.entry;
  NextBoot next;
  next.cmdline = VFIRST_TRY(line_of(choice, boot));
  std::string initrds = joined(entry.values("initrd"), " ");
  if (boot.loader == Loader::grub_bls)
    initrds = VFIRST_TRY(replaced(split_arguments(initrds), choice.variables));
  const auto base = choice.item.path.substr(0, choice.item.path.find("/loader/"));
  next.kernel = VFIRST_TRY(loader_file(files, base, entry.value("linux")));
  for (const auto initrd : words(initrds))
    next.initrds.push_back(VFIRST_TRY(loader_file(files, base, initrd)));
  return next;
}

}  // namespace vfirst
