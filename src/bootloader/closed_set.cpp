// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/closed_set.hpp"

#include "bootloader/journal.hpp"
#include "host/loader_paths.hpp"
#include "host/own_paths.hpp"
#include "loader/bls_state.hpp"
#include "loader/grub_trial.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// FOLDER/NAME with this ending, and no folder between.
bool is_file_in(std::string_view path, std::string_view folder, std::string_view ending) {
  if (!path.starts_with(folder) || path.size() <= folder.size() || path[folder.size()] != '/')
    return false;
  const auto name = path.substr(folder.size() + 1);
  return name.ends_with(ending) && name.size() > ending.size() && !name.starts_with('.') &&
         std::ranges::all_of(name, [](unsigned char c) { return c > ' ' && c < 0x7f && c != '/'; });
}

bool contains(const auto& list, std::string_view path) {
  return std::ranges::find(list, path) != std::end(list);
}

}  // namespace

bool is_grub_file(std::string_view path) {
  return path == kEnvironment || contains(kSlotFiles, path) || contains(kGrubConfigs, path) ||
         path == kGrubDefaults || path == kKernelCmdline ||
         is_file_in(path, kGrubDefaultsFolder, ".cfg") ||
         std::ranges::any_of(kEspFolders, [&](std::string_view esp) {
           return path == fmt::format("{}/{}/env", esp, kEspEnvironmentFolder);
         });
}

// custom.cfg beside a configuration of GRUB's.
bool is_custom_file(std::string_view path) {
  const auto is = [&](std::string_view config) { return path == custom_beside(config); };
  return std::ranges::any_of(kGrubConfigs, is) ||
         std::ranges::any_of(kEspFolders, [&](std::string_view esp) {
           const auto folder = folder_of(path);
           return is_file_in(folder, fmt::format("{}/EFI", esp), "") && is(folder + "/grub.cfg");
         });
}

bool is_entry_file(std::string_view path) {
  return path == kKernelCmdline || is_custom_file(path) ||
         std::ranges::any_of(kEntryFolders, [&](std::string_view folder) {
           return is_file_in(path, folder, ".conf");
         });
}

std::string kept_name(std::string path) {
  std::ranges::replace(path, '/', '-');
  return fmt::format("{}/{}", kBefore, path);
}

std::string kept_entry_name(std::string_view path) {
  return fmt::format(
      "{}/{}", kBefore,
      path == kKernelCmdline ? "kernel-cmdline" : path.substr(path.rfind('/') + 1));
}

Status check_paths(const Journal& journal) {
  for (const auto& entry : journal.entries) {
    if (!is_grub_file(entry.path))
      return refuse("{}: names {}, which is no file that vfirst changes", kJournal, entry.path);
    if (!entry.before.empty() && entry.before != kept_name(entry.path))
      return refuse("{}: names {} for a copy of {}", kJournal, entry.before, entry.path);
  }
  return {};
}

Status check_paths(const BlsState& state) {
  for (const auto& file : state.files) {
    if (!is_entry_file(file.path))
      return refuse("{}: names {}, which is no file that vfirst changes", kBlsState, file.path);
    if (file.copy != kept_entry_name(file.path))
      return refuse("{}: names {} for a copy of {}", kBlsState, file.copy, file.path);
  }
  return {};
}

Status check_records(const Files& files) {
  std::vector<std::string> damage;
  VFIRST_CHECK(read_journal(files, damage));
  const auto state = BlsState::parse(files.read(kBlsState).value_or(""));
  return state ? check_paths(*state) : Status{};
}

}  // namespace vfirst
