// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/bls_trial.hpp"

#include "base/text.hpp"
#include "bootloader/support.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// systemd's boot loader interface
constexpr std::string_view kGuid = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
// systemd-boot; before, entries are sorted by file name alone
constexpr unsigned kSortKeySince = 251;

// The ASCII of a UTF-16 EFI variable, behind its four bytes of attributes; "" : not set.
std::string efi_text(const Root& root, std::string_view name) {
  const auto value = root.bytes(fmt::format("sys/firmware/efi/efivars/{}-{}", name, kGuid));
  std::string out;
  if (value)
    for (std::size_t i = 4; i < value->size(); i += 2)
      if ((*value)[i] > 0) out += (*value)[i];
  return out;
}

// A pattern that selects an entry, and where it stands.
struct Selector {
  std::string pattern, place;
};

// Those that are set; which of them wins differs between releases (`preferred` is of 258). None:
// one that selects nothing.
std::vector<Selector> selectors(const Files& files, const Root& root, const BlsMenu& menu) {
  std::vector<Selector> out;
  for (const auto name : {"LoaderEntryPreferred", "LoaderEntryDefault"})
    if (auto pattern = efi_text(root, name); !pattern.empty())
      out.push_back({std::move(pattern), fmt::format("the EFI variable {}", name)});
  const auto path = fmt::format("{}/loader.conf", menu.folder.substr(0, menu.folder.rfind('/')));
  const auto configured = BlsEntry::parse(files.read(path).value_or(""), BlsReader::systemd_boot);
  for (const auto key : {"preferred", "default"})
    // the last one counts
    if (const auto all = configured.values(key); !all.empty()) out.push_back({all.back(), path});
  if (out.empty()) out.push_back({"", path});
  return out;
}

}  // namespace

Result<const BlsItem*> bls_default(const Files& files, const Root& root, const BlsMenu& menu) {
  const auto all = selectors(files, root, menu);
  for (const auto& [pattern, place] : all)
    if (pattern.starts_with('@'))
      return unsupported(fmt::format(
          "{} says default {}: which entry boots next is not known; name one there, or "
          "use --no-trial",
          place, pattern));
  std::vector<BlsItem> others;
  std::copy_if(
      menu.items.begin(), menu.items.end(), std::back_inserter(others),
      [](const BlsItem& item) { return !item.trial; });
  const auto* chosen = default_item(others, all.front().pattern);
  const auto at = std::find_if(menu.items.begin(), menu.items.end(), [&](const BlsItem& item) {
    return chosen && item.path == chosen->path;
  });
  if (at == menu.items.end())
    return unsupported(fmt::format("{}: no entry that boots by default", menu.folder));
  if (!at->normal() || at->variable)
    return unsupported(
        fmt::format("{} boots by default and {}: use --no-trial", at->path, at->left_alone));
  return &*at;
}

std::string bls_one_shot(const Root& root) {
  return efi_text(root, "LoaderEntryOneShot");
}

Result<BlsItem> make_trial_entry(
    const Files& files, const Root& root, const BlsMenu& menu,
    const std::vector<KernelArg>& arguments, const std::string& plan, const std::string& only) {
  const auto* from = VFIRST_TRY(bls_default(files, root, menu));
  auto more = CommandLine::parse(only).args();
  const auto mark = fmt::format("vfirst.trial={}", plan);
  if (std::none_of(more.begin(), more.end(), [&](const KernelArg& arg) { return arg.raw == mark; }))
    more.push_back(VFIRST_TRY(make_arg("vfirst.trial", plan)));
  auto entry = VFIRST_TRY(from->entry.without_own().with_own(arguments));
  entry = VFIRST_TRY(entry.with_options(more));
  // The first by every rule of the loader's order: no distribution's sort-key begins with a '!'.
  entry = entry.with_value("sort-key", "!vfirst")
              .with_value("title", from->entry.value("title") + " (vfirst trial)")
              .with_value(kTrialKey, plan);
  BlsItem trial{from->name, {}, std::move(entry), true, false, {}};
  trial.name.id += kTrialMark;
  trial.name.left = 1;
  trial.name.done = std::nullopt;
  trial.path = fmt::format("{}/{}", menu.folder, trial.name.file());
  return trial;
}

Status can_try_entry(
    const Files& files, const Root& root, const BootFacts& boot, const BlsMenu& menu,
    const BlsItem& trial) {
  if (menu.folder == kEntryFolders.front() && !boot.filesystem.empty() && boot.filesystem != "vfat")
    return unsupported(fmt::format(
        "/boot is {}: systemd-boot cannot rename an entry there and so not count its "
        "boots; use --no-trial",
        boot.filesystem));
  const auto loader = efi_text(root, "LoaderInfo");
  if (loader.starts_with("systemd-boot ")) {
    const auto digits = loader.substr(13, loader.find_first_not_of("0123456789", 13) - 13);
    if (const auto version = parse_number(digits); version && *version < kSortKeySince)
      return unsupported(fmt::format(
          "{}: a trial needs systemd-boot {} or later; use --no-trial", loader, kSortKeySince));
  }
  if (const auto once = bls_one_shot(root); !once.empty())
    return unsupported(fmt::format(
        "{} is set to boot once already (bootctl set-oneshot); boot that first, or use --no-trial",
        once));
  auto items = menu.items;
  std::erase_if(items, [](const BlsItem& item) { return item.trial; });
  items.push_back(trial);
  for (const auto& [pattern, place] : selectors(files, root, menu)) {
    items.back().name.left = 1;
    items.back().name.done = std::nullopt;
    if (default_item(items, pattern)->path != trial.path)
      return unsupported(fmt::format(
          "{} pins {}, so that systemd-boot would pass over the trial's entry; take "
          "the pin out, or use --no-trial",
          place, pattern));
    items.back().name.left = 0;
    items.back().name.done = 1;
    if (default_item(items, pattern)->path == trial.path)
      return unsupported(fmt::format(
          "{}: no other entry would boot after a failed trial; use --no-trial", menu.folder));
  }
  return {};
}

Trial trial_state(const BlsItem& trial, const BootFacts& boot) {
  const auto line = CommandLine::parse(boot.cmdline);
  const auto* mark = line.last("vfirst.trial");
  if (mark && mark->value == trial.entry.value(kTrialKey)) return Trial::running;
  // Without a counter systemd-bless-boot found that boot good: it is taken until someone says
  // otherwise.
  return trial.name.spent() ? Trial::failed : Trial::armed;
}

}  // namespace vfirst
