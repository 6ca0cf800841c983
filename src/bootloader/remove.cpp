// SPDX-License-Identifier: GPL-2.0-or-later
// Out with everything that is ours, in an order in which the next boot first loses our arguments,
// at one commit, and the files go afterwards: a power cut leaves the old arguments or none, and the
// next remove takes up the rest.
#include "bootloader/grub_backend.hpp"
#include "bootloader/journal.hpp"
#include "bootloader/regenerate.hpp"

#include <algorithm>

namespace vfirst {

Result<Change> remove_slots(
    Files& files, const Root& root, const BootFacts& boot, bool dry_run, const RunProcess& with) {
  const auto run = with ? with : [](const auto& argv, std::string_view input) {
    return run_process(argv, input);
  };
  const auto slots = VFIRST_TRY(current_slots(files, boot));
  Change out;
  out.before = slots.arguments(slots.next());
  out.reboot_needed = !out.before.empty() && holds_arguments(boot.cmdline, out.before);
  const auto journal = VFIRST_TRY(read_journal(files, out.notes));
  out.wrote = !dry_run &&
              (files.exists(slots.path) || files.exists(kSlotFolder) || files.exists(kStateFolder));
  if (!out.wrote) return out;

  if (slots.environment && slots.now != Selection{}) VFIRST_CHECK(commit(files, slots, {}));
  // of files that somebody else changed since, so that they cannot be given back
  bool originals_needed = false;
  bool config_left = false, defaults_back = false;
  // grub.cfg last of all: what it is made from is back by then
  for (const auto& entry : journal.entries) {
    if (entry.before.empty() || entry.path.ends_with("grub.cfg")) continue;
    if (VFIRST_TRY(restore_file(files, entry))) {
      defaults_back = true;
      continue;
    }
    originals_needed = true;
    out.notes.push_back(sentence(fmt::format(
        "{}: someone else changed it since; what stood there before vfirst: {}", entry.path,
        entry.before)));
  }
  for (const auto& entry : journal.entries) {
    if (entry.before.empty() || !entry.path.ends_with("grub.cfg")) continue;
    if (VFIRST_TRY(restore_file(files, entry))) continue;
    config_left = true;
    out.notes.push_back(sentence(fmt::format(
        "{}: was generated again since, so it is left; its vfirst part finds no slots "
        "and adds nothing",
        entry.path)));
  }
  // The arguments that were adopted are back in etc/default; a grub.cfg that someone made meanwhile
  // does not have them yet.
  if (config_left && defaults_back) {
    const auto made =
        root.is_host() ? run({"update-grub"}, {}) : Result<Ended>(refuse("not this host"));
    if (!made || made->code != 0)
      out.notes.push_back(sentence(
          "run update-grub: arguments of etc/default/grub that vfirst had taken over are not in "
          "grub.cfg yet"));
  }
  if (VFIRST_TRY(files.target(kSlotFolder)) != kSlotFolder) VFIRST_CHECK(files.remove(kSlotFolder));
  // The old bytes of a file that somebody edited would otherwise be lost.
  if (!originals_needed) VFIRST_CHECK(remove_folder(files, kBefore));
  VFIRST_CHECK(remove_folder(files, kSlotFolder, {kBefore, kJournal, slots.path}));
  if (files.exists(slots.path)) VFIRST_CHECK(files.remove(slots.path));
  if (slots.path != kEnvironment) VFIRST_CHECK(remove_folder(files, folder_of(slots.path)));
  // The stamp stays, or the next boot would provision the host once more, against the wish of
  // whoever asked for this.
  VFIRST_CHECK(remove_folder(files, kStateFolder, {kProvisionedStamp}));
  // the journal goes last: until then a second run knows what is left
  VFIRST_CHECK(remove_folder(files, kSlotFolder, {kBefore}));
  VFIRST_CHECK(files.settle("boot"));
  return out;
}

}  // namespace vfirst
