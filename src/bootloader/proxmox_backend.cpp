// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/proxmox_backend.hpp"

#include "base/text.hpp"
#include "bootloader/closed_set.hpp"
#include "bootloader/journal.hpp"
#include "bootloader/regenerate.hpp"
#include "bootloader/selector.hpp"
#include "bootloader/support.hpp"
#include "host/loader_paths.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// Sorts behind the files of images and of others, so that nobody assigns the variable anew.
constexpr std::string_view kArgumentsFile = "etc/default/grub.d/zzz-vfirst-arguments.cfg";

// proxmox-boot-tool takes the first line, and refuses one without root= (zz-proxmox-boot).
Result<std::string> with_arguments(
    std::string_view text, const Arguments& old, const Arguments& ours) {
  const auto end = std::min(text.find('\n'), text.size());
  auto line = CommandLine::parse(text.substr(0, end));
  if (!line.has("root"))
    return refuse(
        "{}: its first line has no root=, so proxmox-boot-tool would refuse it", kKernelCmdline);
  if (!line.init_part().empty())
    return refuse("{}: holds a -- : the kernel reads nothing behind it", kKernelCmdline);
  line.remove(old.list());
  for (const auto& argument : ours)
    VFIRST_CHECK(line.append(argument));
  return std::string(trimmed(line.str())) + std::string(text.substr(end));
}

// A part of /etc/default/grub, which the shell reads, and then GRUB.
std::string arguments_file(const Arguments& ours) {
  std::string words;
  for (const char c : ours.str()) {
    // Or GRUB would look for a variable.
    if (c == '$') words += '\\';
    words += c;
  }
  return fmt::format(
      "# Written by vfirst; vfirst apply changes it, vfirst remove takes it out.\n"
      "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX \"'{}'\n",
      words);
}

}  // namespace

std::string_view proxmox_source(const BootFacts& boot) {
  if (boot.copies_for == Loader::systemd_boot) return kKernelCmdline;
  return boot.copies_for == Loader::grub ? kArgumentsFile : std::string_view();
}

Result<std::string> ProxmoxBackend::source_with(const Slots& slots, const Arguments& ours) const {
  if (proxmox_source(boot_) == kArgumentsFile)
    return ours.empty() ? std::string() : arguments_file(ours);
  const auto text = files_.read(kKernelCmdline);
  if (!text && text.error().code == std::errc::no_such_file_or_directory)
    return refuse(
        "{}: not there, so proxmox-boot-tool copies the line of the running kernel; write the "
        "file first",
        kKernelCmdline);
  if (!text) return std::unexpected(text.error());
  // A run that was cut short may have left either list in it.
  auto without = VFIRST_TRY(with_arguments(*text, {}, {}));
  for (const auto& own : slots.own())
    if (holds_arguments(split(without, '\n').front(), own))
      without = VFIRST_TRY(with_arguments(without, own, {}));
  return with_arguments(without, {}, ours);
}

Status ProxmoxBackend::put_source(const std::string& text, std::vector<std::string>& notes) {
  const std::string path(proxmox_source(boot_));
  if (files_.read(path).value_or("") == text) return {};
  auto journal = VFIRST_TRY(read_journal(files_, notes));
  if (path == kKernelCmdline) return replace_file(files_, path, text, journal);
  journal.note(path);
  VFIRST_CHECK(write_journal(files_, journal));
  if (text.empty()) return files_.remove(path);
  VFIRST_CHECK(replace(files_, path, text));
  return check_written(files_, path, text);
}

// It goes on where it cannot copy to one of the partitions, and ends well all the same.
Status ProxmoxBackend::refresh(std::vector<std::string>& notes) const {
  const auto ended = VFIRST_TRY(run_or_host(run_)({"proxmox-boot-tool", "refresh"}, {}));
  for (const auto line : split(ended.err, '\n'))
    if (line.contains("WARN") || line.contains("failed") || line.ends_with("skipping"))
      notes.push_back(sentence(fmt::format("proxmox-boot-tool: {}", trimmed(line))));
  if (ended.code == 0) return {};
  return failed(
      EIO, "proxmox-boot-tool refresh failed ({}): {}", ended.code,
      split(trimmed(ended.err.empty() ? ended.out : ended.err), '\n').back());
}

Status ProxmoxBackend::make_good(
    Slots& slots, const Selection& next, const std::string& text, std::vector<std::string>& notes) {
  const std::string path(proxmox_source(boot_));
  const auto before = files_.read(path).value_or("");
  VFIRST_CHECK(put_source(text, notes));
  if (const auto copied = refresh(notes); !copied) {
    // What the partitions have is what it was, or what the next refresh by anybody makes of this.
    VFIRST_CHECK(put_source(before, notes));
    return copied;
  }
  return commit(files_, slots, next);
}

Result<ApplyOutcome> ProxmoxBackend::apply(const Arguments& wanted, const ApplyOptions& options) {
  if (options.trial && !wanted.empty()) VFIRST_CHECK(can_try(boot_));
  VFIRST_CHECK(grub_can_carry(wanted));
  auto slots = VFIRST_TRY(current_slots(files_, boot_));
  const auto text = VFIRST_TRY(source_with(slots, wanted));
  const auto limit = split(text, '\n').front().size();
  if (proxmox_source(boot_) == kKernelCmdline && limit > options.limit)
    return refuse(
        "{}: the command line would have {} bytes, the kernel takes {}", kKernelCmdline, limit,
        options.limit);
  const auto& selection = slots.selection;
  ApplyOutcome outcome;
  outcome.before = slots.arguments(selection.good);
  outcome.after = wanted;
  outcome.changed = outcome.before != wanted;
  outcome.reboot_needed =
      !holds_arguments(boot_.cmdline, wanted) || (wanted.empty() && outcome.changed);
  outcome.notes = slots.damage;
  const auto target = outcome.changed
                          ? (wanted.empty() ? std::nullopt : std::optional(slots.target(wanted)))
                          : selection.good;
  const bool there = files_.read(proxmox_source(boot_)).value_or("") == text && !outcome.changed;
  if (there || options.dry_run) return outcome;
  outcome.wrote = true;
  auto journal = VFIRST_TRY(read_journal(files_, outcome.notes));
  for (const auto& path : {slots.path, slot_path(SlotId::a), slot_path(SlotId::b)})
    journal.note(path);
  VFIRST_CHECK(write_journal(files_, journal));
  if (!slots.environment) {
    slots.environment = VFIRST_TRY(selector(std::nullopt, {}));
    VFIRST_CHECK(replace(files_, slots.path, slots.environment->bytes()));
  }
  if (target && outcome.changed) {
    const Slot slot{wanted, options.plan, {}};
    VFIRST_CHECK(replace(files_, slot_path(*target), slot.text()));
    slots = VFIRST_TRY(current_slots(files_, boot_));
  }
  const auto next =
      outcome.changed ? Selection{target, {}, "", Earlier{selection.good}} : selection;
  VFIRST_CHECK(make_good(slots, next, text, outcome.notes));
  return outcome;
}

Result<LoaderState> ProxmoxBackend::state() const {
  const auto slots = VFIRST_TRY(current_slots(files_, boot_));
  LoaderState state;
  state.good = state.next = slots.arguments(slots.selection.good);
  const std::string path(proxmox_source(boot_));
  if (slots.selection.good) state.good_place = state.next_place = path;
  state.can_roll_back = slots.selection.before.has_value();
  for (const auto& file : {path, slots.path, slot_path(SlotId::a), slot_path(SlotId::b)})
    if (files_.exists(file)) state.files.push_back(file);
  state.damage = slots.damage;
  return state;
}

Result<Change> ProxmoxBackend::confirm() {
  return refuse("there are no trial boots with proxmox-boot-tool: nothing to confirm");
}

Result<Change> ProxmoxBackend::rollback() {
  auto slots = VFIRST_TRY(current_slots(files_, boot_));
  const auto& selection = slots.selection;
  if (!selection.before || (selection.before->slot && !slots.at(selection.before->slot)))
    return refuse("there are no earlier arguments to go back to");
  Change change;
  change.before = slots.arguments(selection.good);
  change.after = slots.arguments(selection.before->slot);
  const auto text = VFIRST_TRY(source_with(slots, change.after));
  const Selection next{selection.before->slot, {}, "", Earlier{selection.good}};
  VFIRST_CHECK(make_good(slots, next, text, change.notes));
  change.wrote = true;
  change.reboot_needed = !holds_arguments(boot_.cmdline, change.after) ||
                         (change.after.empty() && !change.before.empty());
  return change;
}

Result<Change> ProxmoxBackend::remove(bool dry_run) {
  const auto slots = VFIRST_TRY(current_slots(files_, boot_));
  Change change;
  change.before = slots.arguments(slots.selection.good);
  change.reboot_needed = !change.before.empty() && holds_arguments(boot_.cmdline, change.before);
  const auto journal = VFIRST_TRY(read_journal(files_, change.notes));
  change.wrote = !dry_run && (files_.exists(slots.path) || files_.exists(kSlotFolder) ||
                              files_.exists(kStateFolder));
  if (!change.wrote) return change;
  bool copies = false, keep = false;
  for (const auto& entry : journal.entries) {
    if (entry.before.empty()) {
      if (entry.path != kArgumentsFile || !files_.exists(kArgumentsFile)) continue;
      VFIRST_CHECK(files_.remove(kArgumentsFile));
      copies = true;
    } else if (VFIRST_TRY(restore_file(files_, entry))) {
      copies = true;
    } else {
      // Somebody changed it since: what is ours goes, and the rest stays.
      const auto without = VFIRST_TRY(source_with(slots, {}));
      VFIRST_CHECK(put_source(without, change.notes));
      copies = keep = true;
      change.notes.push_back(sentence(fmt::format(
          "{}: someone else changed it since; what stood there before vfirst: {}", entry.path,
          entry.before)));
    }
  }
  if (copies) VFIRST_CHECK(refresh(change.notes));
  if (!keep) VFIRST_CHECK(remove_folder(files_, kBefore));
  VFIRST_CHECK(remove_folder(files_, kSlotFolder, {kBefore, kJournal, slots.path}));
  if (files_.exists(slots.path)) VFIRST_CHECK(files_.remove(slots.path));
  VFIRST_CHECK(remove_folder(files_, kStateFolder, {kProvisionedStamp}));
  VFIRST_CHECK(remove_folder(files_, kSlotFolder, {kBefore}));
  return change;
}

Result<Adoption> ProxmoxBackend::adopt(const Arguments& foreign) {
  if (foreign.empty()) return Adoption{};
  return refuse(
      "--adopt: take '{}' out where it stands, in {}, and apply again", foreign.str(),
      boot_.copies_for == Loader::grub ? kGrubDefaults : kKernelCmdline);
}

}  // namespace vfirst
