// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/bls_menu.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "host/loader_paths.hpp"
#include "kargs/rescue.hpp"
#include "loader/efi_pattern.hpp"

#include <algorithm>
#include <cctype>

namespace vfirst {

namespace {

bool is_rescue(const BlsItem& item) {
  const auto& entry = item.entry;
  // dracut's 51-dracut-rescue.install.
  if (item.name.id.find("-0-rescue") != std::string::npos || item.name.id.starts_with("0-rescue"))
    return true;
  return entry.value("version").starts_with("0-rescue") ||
         lowered(entry.value("title")).find("rescue") != std::string::npos ||
         rescue_argument(entry.options().args());
}

bool names_kernelopts(const BlsEntry& entry) {
  const auto options = entry.options();
  return std::ranges::any_of(options.args(), [](const KernelArg& argument) {
    return argument.raw == "$kernelopts" || argument.raw == "${kernelopts}";
  });
}

std::string root_of(const CommandLine& line) {
  const auto* argument = line.last("root");
  return argument && argument->value ? *argument->value : "";
}

bool is_machine_id(std::string_view text) {
  return text.size() == 32 &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
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
  if (std::ranges::any_of(item.path, [](unsigned char c) { return c <= ' ' || c >= 0x7f; }))
    return "has a name that our journal cannot hold";
  if (item.entry.value("linux").empty()) return std::string(kNoLinux);
  if (!item.entry.has_options()) return "has no options";
  if (is_rescue(item)) return std::string(kRescue);
  // Snapshots: boom makes and removes them.
  if (item.entry.holds_comment("#OsIdentifier:")) return "is Boom's";
  // An image's entries keep the machine id of the image; another installation has another root as
  // well.
  const auto theirs = machine_of(item), its_root = root_of(item.entry.options());
  if (!theirs.empty() && !machine.empty() && theirs != machine && !root.empty() &&
      !its_root.empty() && its_root != root)
    return "belongs to another installation";
  return "";
}

// No entry: a directory, a pipe, a link that leads nowhere or in a circle. Boot loaders cannot read
// those either. A disk that answers with an error is none of these.
bool is_no_file(const Error& error) {
  return error.kind == Error::Kind::refused || error.code == std::errc::is_a_directory ||
         error.code == std::errc::no_such_file_or_directory ||
         error.code == std::errc::not_a_directory ||
         error.code == std::errc::too_many_symbolic_link_levels;
}

// The entries of this folder into the menu.
Status read_folder(
    const FileReader& files, std::string_view folder, BlsReader reader, BlsMenu& menu) {
  if (!files.exists(folder)) return {};
  const auto before = menu.items.size();
  for (const auto& file : VFIRST_TRY(files.list(folder))) {
    auto name = BlsName::parse(file);
    // GRUB knows the small end alone.
    if (!name || (reader == BlsReader::grub && !file.ends_with(".conf"))) continue;
    const auto path = fmt::format("{}/{}", folder, file);
    const auto text = files.read(path);
    if (!text && is_no_file(text.error())) {
      menu.notes.push_back(
          sentence(fmt::format("{}: not a file that can be read: passed over", path)));
      continue;
    }
    if (!text) return std::unexpected(text.error());
    auto entry = BlsEntry::parse(*text, reader);
    const bool trial = name->id.ends_with(kTrialMark) && !entry.value(kTrialKey).empty();
    const bool variable = names_kernelopts(entry);
    menu.items.push_back({std::move(*name), path, std::move(entry), trial, variable, {}});
  }
  if (menu.items.size() == before) return {};
  if (menu.folder.empty()) menu.folder = folder;
  menu.folders.emplace_back(folder);
  return {};
}

// The program that an entry starts; "" for none.
std::string program_of(const BlsEntry& entry) {
  for (const auto key : {"linux", "efi", "uki"})
    if (auto program = entry.value(key); !program.empty()) return program;
  return {};
}

// What boot_entry_add_type1 of systemd-boot drops. A captured tree shows no kernels: then none is
// missed.
void pass_over(const FileReader& files, std::string_view esp, std::vector<BlsItem>& items) {
  const auto architecture = efi_architecture(files, esp);
  bool any = false;
  for (auto& item : items) {
    const auto program = program_of(item.entry);
    item.passed_over = !program.empty() && !partition_has(files, item.partition(), program);
    any = any || (!program.empty() && !item.passed_over);
  }
  for (auto& item : items) {
    const auto theirs = lowered(item.entry.value("architecture"));
    item.passed_over = (item.passed_over && any) ||
                       (!theirs.empty() && !architecture.empty() && theirs != architecture);
  }
}

}  // namespace

std::string_view BlsItem::partition() const {
  return std::string_view(path).substr(0, path.find("/loader/"));
}

std::string bls_id(const BlsName& name, BlsIdRule rule) {
  if (rule == BlsIdRule::with_counter) return lowered(name.file());
  // A name without a counter is in small letters in any release.
  const auto id = name.file_without_counter();
  return rule == BlsIdRule::as_it_is && name.left ? id : lowered(id);
}

Result<BlsMenu> BlsMenu::read(const FileReader& files, const BootFacts& boot) {
  BlsMenu menu;
  const auto reader = boot.loader == Loader::grub_bls ? BlsReader::grub : BlsReader::systemd_boot;
  auto folders = boot.entry_folders;
  // Where it is not known which of them the loader reads, one is.
  const bool known = !folders.empty();
  if (!known) folders.assign(kEntryFolders.begin(), kEntryFolders.end());
  for (const auto& folder : folders)
    if (known || menu.folder.empty()) VFIRST_CHECK(read_folder(files, folder, reader, menu));
  menu.config =
      (boot.esp.empty() ? menu.folder.substr(0, menu.folder.find("/loader/")) : boot.esp) +
      "/loader/loader.conf";
  if (menu.folder.empty()) return refuse("no entries: nothing under {}", joined(folders));

  if (reader == BlsReader::systemd_boot) {
    const auto esp = menu.config.substr(0, menu.config.rfind("/loader/"));
    pass_over(files, esp, menu.items);
    for (const std::string_view folder : known ? folders : menu.folders)
      std::ranges::move(
          unified_images(files, folder.substr(0, folder.rfind("/loader/"))),
          std::back_inserter(menu.images));
  }
  const auto id = files.read(kMachineId);
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
  const auto item = std::ranges::find_if(items, &BlsItem::trial);
  return item == items.end() ? nullptr : &*item;
}

std::vector<std::string> BlsMenu::trials(std::string_view except) const {
  std::vector<std::string> paths;
  for (const auto& item : items)
    if (item.trial && item.path != except) paths.push_back(item.path);
  return paths;
}

bool boots_before(const BlsItem& a, const BlsItem& b, BlsIdRule rule) {
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
  // The id there has the name's end, ".conf".
  if (const int order = compare_versions(bls_id(a.name, rule), bls_id(b.name, rule)); order != 0)
    return order > 0;
  if (!a.name.left || !b.name.left) return false;
  if (*a.name.left != *b.name.left) return *a.name.left > *b.name.left;
  return a.name.done.value_or(0) < b.name.done.value_or(0);
}

const BlsItem* matching_item(
    const std::vector<BlsItem>& items, std::string_view pattern, BlsIdRule rule) {
  const BlsItem* match = nullptr;
  for (const auto& item : items)
    if (!item.passed_over && !program_of(item.entry).empty() &&
        efi_pattern_matches(pattern, bls_id(item.name, rule)) &&
        (!match || boots_before(item, *match, rule)))
      match = &item;
  return match;
}

const BlsItem* default_item(
    const std::vector<BlsItem>& items, std::string_view pattern, BlsIdRule rule) {
  const auto* match = pattern.empty() ? nullptr : matching_item(items, lowered(pattern), rule);
  return match ? match : matching_item(items, "*", rule);
}

}  // namespace vfirst
