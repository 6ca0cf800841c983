// SPDX-License-Identifier: GPL-2.0-or-later
// Takes out everything that is ours. First, at one commit, the next boot loses our arguments, then
// the files go. So a power cut leaves the old arguments or none, and the next remove takes up the
// rest.
#include "bootloader/grub_backend.hpp"
#include "bootloader/journal.hpp"
#include "bootloader/regenerate.hpp"
#include "bootloader/selector.hpp"

namespace vfirst {

namespace {

// What came of giving files their old bytes back.
struct Restored {
  // Someone changed grub.cfg since, so it is left.
  bool config_left = false;
  // A file that grub.cfg is made from has its old bytes again.
  bool defaults_back = false;
  // Someone changed another file since, so its old bytes are kept beside.
  bool keep_copies = false;
};

// grub.cfg last of all: what it is made from is back by then.
Result<Restored> restore_files(
    Files& files, const Journal& journal, std::vector<std::string>& notes) {
  Restored restored;
  const auto is_config = [](const Journal::Entry& entry) {
    return entry.path.ends_with("grub.cfg");
  };
  for (const auto& entry : journal.entries) {
    if (entry.before.empty() || is_config(entry)) continue;
    if (VFIRST_TRY(restore_file(files, entry))) {
      restored.defaults_back = true;
      continue;
    }
    restored.keep_copies = true;
    notes.push_back(sentence(fmt::format(
        "{}: someone else changed it since; what stood there before vfirst: {}", entry.path,
        entry.before)));
  }
  for (const auto& entry : journal.entries) {
    if (entry.before.empty() || !is_config(entry) || VFIRST_TRY(restore_file(files, entry)))
      continue;
    restored.config_left = true;
    notes.push_back(sentence(fmt::format(
        "{}: was generated again since, so it is left; its vfirst part finds no slots and adds "
        "nothing",
        entry.path)));
  }
  return restored;
}

}  // namespace

Result<Change> remove_slots(
    Files& files, const Root& root, const BootFacts& boot, bool dry_run, const RunProcess& with) {
  const auto run = run_or_host(with);
  const auto slots = VFIRST_TRY(current_slots(files, boot));
  Change change;
  change.before = slots.arguments(slots.selection.next());
  change.reboot_needed = !change.before.empty() && holds_arguments(boot.cmdline, change.before);
  const auto journal = VFIRST_TRY(read_journal(files, change.notes));
  change.wrote = !dry_run && (files.exists(slots.path) || files.exists(kSlotFolder) ||
                              files.exists(kStateFolder));
  if (!change.wrote) return change;

  if (slots.environment && slots.selection != Selection{}) VFIRST_CHECK(commit(files, slots, {}));
  const auto restored = VFIRST_TRY(restore_files(files, journal, change.notes));
  // The arguments that were adopted are back in etc/default; a grub.cfg that someone made meanwhile
  // does not have them yet.
  if (restored.config_left && restored.defaults_back) {
    const auto made =
        root.is_host() ? run({"update-grub"}, {}) : Result<Ended>(refuse("not this host"));
    if (!made || made->code != 0)
      change.notes.push_back(sentence(
          "run update-grub: arguments of etc/default/grub that vfirst had taken over are not in "
          "grub.cfg yet"));
  }
  if (VFIRST_TRY(files.target(kSlotFolder)) != kSlotFolder) VFIRST_CHECK(files.remove(kSlotFolder));
  if (!restored.keep_copies) VFIRST_CHECK(remove_folder(files, kBefore));
  VFIRST_CHECK(remove_folder(files, kSlotFolder, {kBefore, kJournal, slots.path}));
  if (files.exists(slots.path)) VFIRST_CHECK(files.remove(slots.path));
  if (slots.path != kEnvironment) VFIRST_CHECK(remove_folder(files, folder_of(slots.path)));
  // The stamp stays, or the next boot would provision the host once more, against the wish of
  // whoever asked for this.
  VFIRST_CHECK(remove_folder(files, kStateFolder, {kProvisionedStamp}));
  // The journal goes last: until then a second run knows what is left.
  VFIRST_CHECK(remove_folder(files, kSlotFolder, {kBefore}));
  VFIRST_CHECK(files.settle("boot"));
  return change;
}

}  // namespace vfirst
