// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/bls_trial.hpp"

#include "base/text.hpp"
#include "host/loader_paths.hpp"
#include "loader/bls_default.hpp"
#include "loader/efi_variable.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// The release of systemd-boot; before it, entries are sorted by file name alone.
constexpr unsigned kSortKeySince = 251;

}  // namespace

Result<BlsItem> make_trial_entry(
    const FileReader& files, const BlsMenu& menu, const Arguments& arguments,
    const std::string& plan, const Arguments& only) {
  const auto* from = VFIRST_TRY(bls_default(files, menu));
  auto behind = only;
  const auto mark = VFIRST_TRY(make_arg("vfirst.trial", plan));
  if (!behind.contains(mark)) behind.append(mark);
  auto entry = VFIRST_TRY(from->entry.without_own().with_own(arguments));
  entry = VFIRST_TRY(entry.appended(behind));
  // The first by every rule of the loader's order: no distribution's sort-key begins with a '!'.
  entry = entry.with_value("sort-key", "!vfirst")
              .with_value("title", from->entry.value("title") + " (vfirst trial)")
              .with_value(kTrialKey, plan);
  BlsItem trial{from->name, {}, std::move(entry), true, false, {}};
  trial.name.id += kTrialMark;
  trial.name.left = 1;
  trial.name.done = std::nullopt;
  // Beside it: a path in an entry counts from its own partition.
  trial.path = fmt::format("{}/{}", folder_of(from->path), trial.name.file());
  return trial;
}

Status can_try_entry(
    const FileReader& files, const BootFacts& boot, const BlsMenu& menu, const BlsItem& trial) {
  if (folder_of(trial.path) == kEntryFolders.front() && !boot.filesystem.empty() &&
      boot.filesystem != "vfat")
    return unsupported(fmt::format(
        "/boot is {}: systemd-boot cannot rename an entry there, so it cannot count its boots; use "
        "--no-trial",
        boot.filesystem));
  if (const auto release = systemd_boot_release(files); release && *release < kSortKeySince)
    return unsupported(fmt::format(
        "{}: a trial needs systemd-boot {} or later; use --no-trial", efi_text(files, "LoaderInfo"),
        kSortKeySince));
  if (const auto once = bls_one_shot(files); !once.empty())
    return unsupported(fmt::format(
        "{} is set to boot once already (bootctl set-oneshot); boot that first, or use --no-trial",
        once));
  auto items = menu.items;
  std::erase_if(items, [](const BlsItem& item) { return item.trial; });
  items.push_back(trial);
  const auto takes_it = [&](std::string_view pattern, BlsIdRule rule) {
    const auto* item = default_item(items, pattern, rule);
    return item && item->path == trial.path;
  };
  for (const auto& [pattern, place, preferred] : entry_patterns(files, menu)) {
    items.back().name.left = 1;
    items.back().name.done = std::nullopt;
    if (!std::ranges::all_of(kBlsIdRules, [&](BlsIdRule rule) { return takes_it(pattern, rule); }))
      return unsupported(fmt::format(
          "{} pins {}, so systemd-boot would pass over the trial's entry; take the pin out, or use "
          "--no-trial",
          place, pattern));
    items.back().name.left = 0;
    items.back().name.done = 1;
    if (std::ranges::any_of(kBlsIdRules, [&](BlsIdRule rule) { return takes_it(pattern, rule); }))
      return unsupported(fmt::format(
          "{}: no other entry would boot after a failed trial; use --no-trial",
          folder_of(trial.path)));
  }
  return {};
}

}  // namespace vfirst
