// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/bls_write.hpp"

#include "base/text.hpp"
#include "bootloader/closed_set.hpp"
#include "host/loader_paths.hpp"
#include "host/own_paths.hpp"
#include "loader/grub_file.hpp"
#include "loader/grub_trial.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace vfirst {

namespace {

// A file on its way in our own folders; `folder` is one of the two.
bool is_our_leftover(std::string_view folder, std::string_view name) {
  return is_fresh_name(name) && (folder == kBefore || name.starts_with("bls.") ||
                                 name.starts_with("trial.cfg.") || name.starts_with("env."));
}

// "a.conf" of "a.conf.vfirst" and "a.conf.vfirst3", which no loader takes for an entry; "" for any
// other name.
std::string target_of(std::string_view name) {
  const auto at = name.rfind(kFresh);
  if (at == name.npos || at == 0) return {};
  const auto rest = name.substr(at + kFresh.size());
  if (rest.size() > 1 || (rest.size() == 1 && (rest[0] < '2' || rest[0] > '9'))) return {};
  return std::string(name.substr(0, at));
}

}  // namespace

// Of entries that are links: the files that they lead to.
Result<std::vector<std::string>> BlsWriter::link_targets() const {
  std::vector<std::string> targets;
  for (const auto& folder : folders_)
    for (const auto& name : VFIRST_TRY(files_.list(folder.path))) {
      if (!name.ends_with(".conf")) continue;
      const auto path = fmt::format("{}/{}", folder.path, name);
      // One that leads nowhere is no entry.
      const auto target = files_.target(path);
      if (target && *target != path) targets.push_back(*target);
    }
  return targets;
}

// Files on their way beside those, and beside GRUB's custom.cfg.
Result<std::vector<BlsWriter::Staged>> BlsWriter::staged_elsewhere() const {
  std::vector<Staged> staged;
  const auto look = [&](const std::string& target, bool fat) {
    for (const std::string_view number : {"", "2", "3", "4", "5", "6", "7", "8", "9"})
      if (auto path = fmt::format("{}{}{}", target, kFresh, number); files_.exists(path))
        staged.push_back({std::move(path), target, fat});
  };
  for (const auto& target : VFIRST_TRY(link_targets()))
    look(target, false);
  for (const auto& config : grub_config_paths(files_))
    look(custom_beside(config), std::ranges::find(kGrubConfigs, config) == kGrubConfigs.end());
  return staged;
}

Result<bool> BlsWriter::has_leftovers() const {
  if (!VFIRST_TRY(staged_elsewhere()).empty()) return true;
  for (const auto& folder : folders_)
    for (const auto& name : VFIRST_TRY(files_.list(folder.path)))
      if (const auto target = target_of(name); !target.empty()) {
        const auto path = fmt::format("{}/{}", folder.path, target);
        if (!folder.fat || !files_.exists(path) ||
            files_.read(path) != files_.read(fmt::format("{}/{}", folder.path, name)))
          return true;
      }
  for (const auto folder : {kSlotFolder, kBefore}) {
    if (!files_.exists(folder)) continue;
    const auto names = VFIRST_TRY(files_.list(folder));
    if (std::any_of(names.begin(), names.end(), [&](const std::string& name) {
          return is_our_leftover(folder, name);
        }))
      return true;
  }
  return files_.exists(fmt::format("{}{}", kKernelCmdline, kFresh));
}

Status BlsWriter::clean(std::vector<std::string>& notes) {
  for (const auto& staged : VFIRST_TRY(staged_elsewhere()))
    VFIRST_CHECK(clean_staged(staged, notes));
  for (const auto& folder : folders_)
    VFIRST_CHECK(clean_folder(folder, notes));
  for (const auto folder : {kSlotFolder, kBefore}) {
    if (!files_.exists(folder)) continue;
    for (const auto& name : VFIRST_TRY(files_.list(folder)))
      if (is_our_leftover(folder, name))
        VFIRST_CHECK(files_.remove(fmt::format("{}/{}", folder, name)));
  }
  const auto line = fmt::format("{}{}", kKernelCmdline, kFresh);
  return files_.exists(line) ? files_.remove(line) : Status{};
}

Status BlsWriter::clean_folder(const EntryFolder& folder, std::vector<std::string>& notes) {
  for (const auto& name : VFIRST_TRY(files_.list(folder.path)))
    if (const auto target = target_of(name); !target.empty())
      VFIRST_CHECK(clean_staged(
          {fmt::format("{}/{}", folder.path, name), fmt::format("{}/{}", folder.path, target),
           folder.fat},
          notes));
  return {};
}

Status BlsWriter::clean_staged(const Staged& staged, std::vector<std::string>& notes) {
  if (!staged.fat || !files_.exists(staged.target) ||
      VFIRST_TRY(files_.read(staged.target)) != VFIRST_TRY(files_.read(staged.path)))
    return files_.remove(staged.path);
  // fs/fat renames over a file by pointing that file's entry at the new clusters, then taking the
  // old name out. Cut in between, both names hold the same clusters; to remove one would free the
  // other's.
  notes.push_back(sentence(fmt::format(
      "{}: left by a power cut. Run fsck.fat -a before you remove it: it may share its clusters "
      "with {}",
      staged.path, staged.target.substr(staged.target.rfind('/') + 1))));
  return {};
}

Status BlsWriter::put_state(const BlsState& state) {
  const auto text = state.text();
  if (const auto old = files_.read(kBlsState); old && *old == text) return {};
  return replace(files_, kBlsState, text);
}

Status BlsWriter::drop_state() {
  if (VFIRST_TRY(files_.target(kSlotFolder)) != kSlotFolder) return files_.remove(kSlotFolder);
  VFIRST_CHECK(remove_folder(files_, kBefore));
  // The block of a trial; with slots beside it it is theirs.
  if (files_.exists(kEnvironment) &&
      std::ranges::none_of(kSlotFiles, [&](std::string_view slot) { return files_.exists(slot); }))
    VFIRST_CHECK(files_.remove(kEnvironment));
  if (files_.exists(kBlsState)) VFIRST_CHECK(files_.remove(kBlsState));
  if (files_.exists(kSlotFolder) && VFIRST_TRY(files_.list(kSlotFolder)).empty())
    VFIRST_CHECK(files_.remove(kSlotFolder));
  return {};
}

Status BlsWriter::keep_copies(const BlsEdits& edits, BlsState& state) {
  for (const auto* list : {&edits.entries, &edits.kernel_cmdline}) {
    for (const auto& edit : *list) {
      if (!edit.changes() || (state.find(edit.id) && edit.exists)) continue;
      const auto copy = kept_entry_name(edit.id);
      if (!files_.exists(copy) || VFIRST_TRY(files_.read(copy)) != edit.without) {
        VFIRST_CHECK(replace(files_, copy, edit.without, 0600));
        VFIRST_CHECK(check_written(files_, copy, edit.without));
      }
      if (!state.find(edit.id)) state.files.push_back({edit.id, copy, edit.made});
    }
  }
  return {};
}

Result<std::string> BlsWriter::stage(
    const std::string& path, std::string_view text, unsigned mode) {
  auto staged = path + std::string(kFresh);
  for (char n = '2'; files_.exists(staged) && n <= '9'; ++n)
    staged = path + std::string(kFresh) + n;
  VFIRST_CHECK(files_.create(staged, text, mode ? mode : 0644));
  VFIRST_CHECK(check_written(files_, staged, text));
  return staged;
}

// GRUB replays no journal. So the new files are settled before their names change, and the old
// blocks are kept until the names are settled.
Status BlsWriter::write(const BlsEdits& edits) {
  std::vector<std::pair<std::string, std::string>> staged;
  std::set<std::string> folders;
  for (const auto& edit : edits.entries)
    if (edit.changes()) {
      // A link stays one.
      const auto target = edit.exists ? VFIRST_TRY(files_.target(edit.path)) : edit.path;
      folders.insert(folder_of(target));
      staged.emplace_back(VFIRST_TRY(stage(target, edit.text, files_.mode(target))), target);
    }
  if (!staged.empty()) {
    for (const auto& folder : folders)
      VFIRST_CHECK(files_.settle(folder));
    for (const auto& [from, to] : staged)
      VFIRST_CHECK(files_.rename(from, to));
    for (const auto& folder : folders)
      VFIRST_CHECK(files_.settle(folder));
    for (const auto& edit : edits.entries)
      if (edit.changes()) VFIRST_CHECK(check_written(files_, edit.path, edit.text));
  }
  for (const auto& edit : edits.environment) {
    if (!edit.changes()) continue;
    VFIRST_CHECK(files_.overwrite(edit.path, edit.text));
    VFIRST_CHECK(check_written(files_, edit.path, edit.text));
  }
  for (const auto& edit : edits.kernel_cmdline) {
    if (!edit.changes()) continue;
    // Its date must not be older than /etc/default/grub's, or 20-grub.install has grub2-mkconfig
    // write it anew: a new file has today's.
    const auto target = VFIRST_TRY(files_.target(edit.path));
    const auto fresh = VFIRST_TRY(stage(target, edit.text, files_.mode(edit.path)));
    VFIRST_CHECK(files_.rename(fresh, target));
  }
  return {};
}

Status BlsWriter::put_entry(const std::string& path, std::string_view text, unsigned mode) {
  const auto staged = VFIRST_TRY(stage(path, text, mode)), folder = folder_of(path);
  VFIRST_CHECK(files_.settle(folder));
  VFIRST_CHECK(files_.rename(staged, path));
  VFIRST_CHECK(files_.settle(folder));
  return check_written(files_, path, text);
}

Status BlsWriter::remove_entries(const std::vector<std::string>& paths) {
  std::set<std::string> folders;
  for (const auto& path : paths) {
    VFIRST_CHECK(files_.remove(path));
    folders.insert(folder_of(path));
  }
  for (const auto& folder : folders)
    VFIRST_CHECK(files_.settle(folder));
  return {};
}

}  // namespace vfirst
