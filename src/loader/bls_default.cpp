// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/bls_default.hpp"

#include "base/text.hpp"
#include "loader/efi_pattern.hpp"
#include "loader/efi_variable.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// `preferred` of loader.conf and its EFI variable came with it.
constexpr unsigned kPreferredSince = 258;

// What a release of systemd-boot takes.
struct Choice {
  const BlsItem* item = nullptr;
  // It may take this instead: what stands inside decides.
  const BlsImage* image = nullptr;
};

// The menu, without the entry of a trial.
struct Candidates {
  // All, and those that have boots left.
  std::vector<BlsItem> items, good;
  std::vector<BlsImage> images;

  Choice matching(std::string_view pattern, BlsIdRule rule, bool only_good) const {
    Choice choice{matching_item(only_good ? good : items, pattern, rule), nullptr};
    for (const auto& image : images) {
      // Behind all others.
      if (image.name.spent() && (only_good || (choice.item && !choice.item->name.spent())))
        continue;
      if (efi_pattern_matches(pattern, bls_id(image.name, rule))) choice.image = &image;
    }
    return choice;
  }

  Choice first(
      const std::vector<EntryPattern>& patterns, BlsIdRule rule, bool reads_preferred) const {
    for (const auto& [pattern, place, preferred] : patterns) {
      if (pattern.empty() || (preferred && !reads_preferred)) continue;
      const auto choice = matching(lowered(pattern), rule, preferred);
      if (choice.item || choice.image) return choice;
    }
    return matching("*", rule, false);
  }

  // Another one of its folder that nothing puts before or behind it: the order in which the files
  // were made decides.
  const BlsItem* beside(const BlsItem& chosen, BlsIdRule rule) const {
    const auto other = std::ranges::find_if(items, [&](const BlsItem& item) {
      return item.path != chosen.path && folder_of(item.path) == folder_of(chosen.path) &&
             !item.passed_over && bls_id(item.name, rule) == bls_id(chosen.name, rule) &&
             !boots_before(item, chosen, rule) && !boots_before(chosen, item, rule);
    });
    return other == items.end() ? nullptr : &*other;
  }
};

Candidates candidates(const BlsMenu& menu) {
  Candidates out{menu.items, {}, menu.images};
  std::erase_if(out.items, [](const BlsItem& item) { return item.trial; });
  out.good = out.items;
  std::erase_if(out.good, [](const BlsItem& item) { return item.name.spent(); });
  return out;
}

std::unexpected<Error> either(const BlsItem& a, const BlsItem& b, std::string_view why) {
  return unsupported(
      fmt::format("{} or {} boots by default: {}; use --no-trial", a.path, b.path, why));
}

}  // namespace

std::vector<EntryPattern> entry_patterns(const FileReader& files, const BlsMenu& menu) {
  std::vector<EntryPattern> patterns;
  const auto& path = menu.config;
  const auto config = BlsEntry::parse(files.read(path).value_or(""), BlsReader::systemd_boot);
  for (const bool preferred : {true, false}) {
    const auto variable = preferred ? "LoaderEntryPreferred" : "LoaderEntryDefault";
    if (auto pattern = efi_text(files, variable); !pattern.empty())
      patterns.push_back(
          {std::move(pattern), fmt::format("the EFI variable {}", variable), preferred});
    if (auto pattern = config.value(preferred ? "preferred" : "default"); !pattern.empty())
      patterns.push_back({std::move(pattern), path, preferred});
  }
  if (patterns.empty()) patterns.push_back({"", path});
  return patterns;
}

Result<const BlsItem*> default_entry(const FileReader& files, const BlsMenu& menu) {
  const auto patterns = entry_patterns(files, menu);
  for (const auto& [pattern, place, preferred] : patterns)
    if (pattern.starts_with('@'))
      return unsupported(fmt::format(
          "{} says default {}: which entry boots next is not known; name one there, or "
          "use --no-trial",
          place, pattern));
  const auto among = candidates(menu);
  const auto release = systemd_boot_release(files);
  const BlsItem* chosen = nullptr;
  for (const auto rule : kBlsIdRules)
    for (const bool reads_preferred : {true, false}) {
      if (release && reads_preferred != (*release >= kPreferredSince)) continue;
      const auto [item, image] = among.first(patterns, rule, reads_preferred);
      if (image)
        return unsupported(fmt::format(
            "{}: a unified kernel image, which may boot by default; name an entry in {}, or use "
            "--no-trial",
            image->path, menu.config));
      if (!item) return unsupported(fmt::format("{}: no entry that boots by default", menu.folder));
      if (chosen && chosen->path != item->path)
        return either(*chosen, *item, "releases of systemd-boot differ");
      if (const auto* other = among.beside(*item, rule))
        return either(*item, *other, "they have the same name but for the counter");
      chosen = item;
    }
  return &*std::ranges::find(menu.items, chosen->path, &BlsItem::path);
}

Result<const BlsItem*> bls_default(const FileReader& files, const BlsMenu& menu) {
  const auto* item = VFIRST_TRY(default_entry(files, menu));
  if (!item->normal() || item->variable)
    return unsupported(
        fmt::format("{} boots by default and {}: use --no-trial", item->path, item->left_alone));
  return item;
}

std::optional<unsigned> systemd_boot_release(const FileReader& files) {
  constexpr std::string_view kName = "systemd-boot ";
  const auto info = efi_text(files, "LoaderInfo");
  if (!info.starts_with(kName)) return std::nullopt;
  const auto rest = std::string_view(info).substr(kName.size());
  const auto number = parse_number(rest.substr(0, rest.find_first_not_of("0123456789")));
  return number ? std::optional(static_cast<unsigned>(*number)) : std::nullopt;
}

std::string bls_one_shot(const FileReader& files) {
  return efi_text(files, "LoaderEntryOneShot");
}

}  // namespace vfirst
