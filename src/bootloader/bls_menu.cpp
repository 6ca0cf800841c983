// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/bls_menu.hpp"

#include "base/text.hpp"
#include "base/version_order.hpp"
#include "host/loader_paths.hpp"

#include <algorithm>
#include <cctype>

namespace vfirst {

namespace {

bool is_rescue(const BlsItem& item) {
  const auto& entry = item.entry;
  // dracut's 51-dracut-rescue.install
  if (item.name.id.find("-0-rescue") != std::string::npos || item.name.id.starts_with("0-rescue"))
    return true;
  if (entry.value("version").starts_with("0-rescue") ||
      lowered(entry.value("title")).find("rescue") != std::string::npos)
    return true;
  const auto options = entry.options();
  return std::any_of(options.args().begin(), options.args().end(), [](const KernelArg& arg) {
    if (!arg.value) return arg.key == "single" || arg.key == "rescue" || arg.key == "emergency";
    return arg.key == "systemd.unit" &&
           (*arg.value == "rescue.target" || *arg.value == "emergency.target");
  });
}

bool names_kernelopts(const BlsEntry& entry) {
  const auto options = entry.options();
  return std::any_of(options.args().begin(), options.args().end(), [](const KernelArg& arg) {
    return arg.raw == "$kernelopts" || arg.raw == "${kernelopts}";
  });
}

std::string root_of(const CommandLine& line) {
  const auto* arg = line.last("root");
  return arg && arg->value ? *arg->value : "";
}

bool is_machine_id(std::string_view text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isxdigit(c) != 0;
         });
}

std::string machine_of(const BlsItem& item) {
  if (auto id = item.entry.value("machine-id"); !id.empty()) return id;
  const auto head = std::string_view(item.name.id).substr(0, 32);
  return is_machine_id(head) && item.name.id.size() > 32 && item.name.id[32] == '-'
             ? std::string(head)
             : "";
}

std::string why_left_alone(
    const BlsItem& item, const std::string& machine, const std::string& root) {
  if (std::any_of(item.path.begin(), item.path.end(), [](unsigned char c) {
        return c <= ' ' || c >= 0x7f;
      }))
    return "has a name that our journal cannot hold";
  if (item.entry.value("linux").empty()) return std::string(kNoLinux);
  if (!item.entry.has_options()) return "has no options";
  if (is_rescue(item)) return std::string(kRescue);
  // snapshots: boom makes and removes them
  if (item.entry.holds_comment("#OsIdentifier:")) return "is Boom's";
  // An image's entries keep the machine id of the image; another installation has another root as
  // well.
  const auto theirs = machine_of(item), its_root = root_of(item.entry.options());
  if (!theirs.empty() && !machine.empty() && theirs != machine && !root.empty() &&
      !its_root.empty() && its_root != root)
    return "belongs to another installation";
  return "";
}

}  // namespace

Result<BlsMenu> BlsMenu::read(const Files& files, const BootFacts& boot) {
  BlsMenu menu;
  for (const auto folder : kEntryFolders) {
    if (!files.exists(folder)) continue;
    const auto names = VFIRST_TRY(files.list(folder));
    if (std::none_of(names.begin(), names.end(), [](const std::string& name) {
          return BlsName::parse(name).has_value();
        }))
      continue;
    menu.folder = folder;
    const auto reader = boot.loader == Loader::grub_bls ? BlsReader::grub : BlsReader::systemd_boot;
    for (const auto& file : names) {
      auto name = BlsName::parse(file);
      if (!name) continue;
      const auto path = fmt::format("{}/{}", folder, file);
      auto entry = BlsEntry::parse(VFIRST_TRY(files.read(path)), reader);
      const bool trial = name->id.ends_with(kTrialMark) && !entry.value(kTrialKey).empty();
      const bool variable = names_kernelopts(entry);
      menu.items.push_back({std::move(*name), path, std::move(entry), trial, variable, {}});
    }
    break;
  }
  if (menu.folder.empty())
    return refuse("no entries: nothing under {}", fmt::join(kEntryFolders, ", "));

  const auto id = files.read("etc/machine-id");
  auto machine = id ? std::string(trimmed(*id)) : "";
  if (!is_machine_id(machine)) machine.clear();
  auto root = root_of(CommandLine::parse(boot.cmdline));
  for (const auto& item : menu.items)
    if (!machine.empty() && machine_of(item) == machine && !root_of(item.entry.options()).empty())
      root = root_of(item.entry.options());
  for (auto& item : menu.items)
    if (!item.trial) item.left_alone = why_left_alone(item, machine, root);
  return menu;
}

const BlsItem* BlsMenu::trial() const {
  const auto at =
      std::find_if(items.begin(), items.end(), [](const BlsItem& item) { return item.trial; });
  return at == items.end() ? nullptr : &*at;
}

std::vector<std::string> BlsMenu::trials(std::string_view but) const {
  std::vector<std::string> out;
  for (const auto& item : items)
    if (item.trial && item.path != but) out.push_back(item.path);
  return out;
}

bool boots_before(const BlsItem& a, const BlsItem& b) {
  if (a.name.spent() != b.name.spent()) return b.name.spent();
  const auto a_key = a.entry.value("sort-key"), b_key = b.entry.value("sort-key");
  if (a_key.empty() != b_key.empty()) return b_key.empty();
  if (!a_key.empty()) {
    if (a_key != b_key) return a_key < b_key;
    const auto a_machine = a.entry.value("machine-id"), b_machine = b.entry.value("machine-id");
    if (a_machine != b_machine) return a_machine < b_machine;
    if (const int order = compare_versions(a.entry.value("version"), b.entry.value("version"));
        order != 0)
      return order > 0;
  }
  // The id there is the file's name without the counter, ".conf" and all, in small letters.
  if (const int order =
          compare_versions(lowered(a.name.id) + ".conf", lowered(b.name.id) + ".conf");
      order != 0)
    return order > 0;
  if (!a.name.left || !b.name.left) return false;
  if (*a.name.left != *b.name.left) return *a.name.left > *b.name.left;
  return a.name.done.value_or(0) < b.name.done.value_or(0);
}

const BlsItem* default_item(const std::vector<BlsItem>& items, std::string_view pattern) {
  const BlsItem *first = nullptr, *match = nullptr;
  for (const auto& item : items) {
    if (item.entry.value("linux").empty() && item.entry.value("efi").empty() &&
        item.entry.value("uki").empty())
      continue;
    if (!first || boots_before(item, *first)) first = &item;
    if (!pattern.empty() && glob_match(lowered(pattern), lowered(item.name.id) + ".conf"))
      if (!match || boots_before(item, *match)) match = &item;
  }
  return match ? match : first;
}

}  // namespace vfirst
