// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/apply.hpp"

#include "base/text.hpp"
#include "base/words.hpp"
#include "bootloader/journal.hpp"
#include "bootloader/regenerate.hpp"
#include "bootloader/support.hpp"
#include "bootloader/trial.hpp"
#include "plan/argument_diff.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// Removes the files that a run left on their way when it was cut short. Only names of ours, and
// only in our folder.
Status clean(Files& files) {
  if (!files.exists(kSlotFolder)) return {};
  for (const auto& name : VFIRST_TRY(files.list(kSlotFolder)))
    if (is_fresh_name(name)) VFIRST_CHECK(files.remove(fmt::format("{}/{}", kSlotFolder, name)));
  return {};
}

}  // namespace

bool holds_arguments(std::string_view cmdline, std::string_view ours) {
  const auto all = words(cmdline), wanted = words(ours);
  return std::search(all.begin(), all.end(), wanted.begin(), wanted.end()) != all.end() ||
         wanted.empty();
}

std::string ApplyOutcome::diff() const {
  return argument_diff(before, after).str();
}

namespace {

// Never by itself a second time: the same plan would fail the same way.
Status may_try(const Slots& slots, const BootFacts& boot, const ApplyOptions& options) {
  VFIRST_CHECK(can_try(boot));
  if (options.force || slots.now.trial || slots.now.armed != options.plan ||
      trial_of(boot.cmdline) == options.plan)
    return {};
  return refuse(
      "plan {} had its trial boot and was not confirmed: it is not tried again by itself. Change "
      "the policy, or say --force",
      options.plan);
}

// The block and the journal: what there must be before a slot is written.
Status prepare(Files& files, Slots& slots, std::vector<std::string>& notes) {
  VFIRST_CHECK(clean(files));
  auto journal = VFIRST_TRY(read_journal(files, notes));
  for (const auto& path : {slots.path, slot_path('a'), slot_path('b')})
    journal.note(path);
  VFIRST_CHECK(write_journal(files, journal));
  if (slots.environment) return {};
  // A block that selects nothing may be read half home: it says "no arguments", and so does its
  // absence.
  slots.environment = VFIRST_TRY(selector(std::nullopt, {}));
  VFIRST_CHECK(replace(files, slots.path, slots.environment->bytes()));
  return slots.path == kEnvironment ? Status{} : files.settle(folder_of(slots.path));
}

// Into a slot that no boot takes before the commit.
Status write_slot(Files& files, Slots& slots, char target, const Slot& wanted) {
  auto now = slots.now;
  // back to the good one first
  if (now.trial == target) now.trial = 0, now.armed.clear();
  if (now.before == target) now.before.reset();
  if (now != slots.now) VFIRST_CHECK(commit(files, slots, now));
  slots.now = now;
  const auto path = slot_path(target);
  VFIRST_CHECK(replace(files, path, wanted.text()));
  VFIRST_CHECK(files.settle(kSlotFolder));
  return check_written(files, path, wanted.text());
}

}  // namespace

Result<ApplyOutcome> apply_arguments(
    Files& files, const Root& root, const BootFacts& boot, const std::string& cmdline,
    const ApplyOptions& options) {
  const auto wanted = joined(words(cmdline), " ");
  // nothing wanted, nothing of ours to take out
  if (wanted.empty() && boot.loader != Loader::grub) return ApplyOutcome{};
  VFIRST_CHECK(can_apply(boot, wanted));
  if (boot.loader != Loader::grub)
    return refuse("{}: has entries of its own, not our slots", loader_name(boot.loader));
  VFIRST_CHECK(grub_can_carry(cmdline));
  const auto run = options.run ? options.run : [](const auto& argv, std::string_view input) {
    return run_process(argv, input);
  };

  auto slots = VFIRST_TRY(current_slots(files, boot));
  const bool ours = !wanted.empty() || slots.next();
  // not even grub.cfg need be there
  if (!ours && slots.damage.empty()) return ApplyOutcome{};
  auto config = VFIRST_TRY(read_grub_config(files));
  const bool regenerate = ours && !faults(config, slots.path).empty();

  const auto* kept = slots.at(slots.now.good);
  const bool good_already =
      kept ? kept->arguments == wanted : slots.now.good == 0 && wanted.empty();
  // This boot is the trial of these very arguments: they are neither good yet nor to be tried
  // again.
  const bool running = options.trial && !good_already && !slots.now.trial &&
                       !options.plan.empty() && slots.now.armed == options.plan &&
                       trial_of(boot.cmdline) == options.plan;
  const bool trial = options.trial && !good_already;
  if (trial) VFIRST_CHECK(may_try(slots, boot, options));
  const Slot slot{wanted, options.plan, trial ? joined(words(options.trial_only), " ") : ""};
  VFIRST_CHECK(grub_can_carry(slot.trial_only));
  if (regenerate)
    VFIRST_CHECK(can_regenerate(files, root, config, faults(config, slots.path).front()));
  const auto whole = slot.trial_only.empty() ? wanted : wanted + " " + slot.trial_only;
  VFIRST_CHECK(fits(config.config, whole, options.limit, options.prove));

  ApplyOutcome outcome;
  outcome.before = running ? wanted : slots.arguments(slots.next());
  outcome.after = wanted;
  outcome.changed = outcome.before != wanted;
  outcome.reboot_needed =
      !holds_arguments(boot.cmdline, wanted) || (wanted.empty() && outcome.changed);
  outcome.notes = slots.damage;
  if (running)
    outcome.notes.push_back(sentence(
        fmt::format("this boot is the trial of plan {}: vfirst confirm keeps it", options.plan)));
  if (regenerate)
    outcome.notes.push_back(sentence(
        fmt::format("{} is made anew: {}", config.path, faults(config, slots.path).front())));
  for (const auto& entry : config.config.entries)
    if (!entry.recovery && !entry.carries && !entry.generator.empty() &&
        entry.generator != "10_linux")
      outcome.notes.push_back(sentence(fmt::format(
          "{}:{}: entry '{}' is not ours and boots without these arguments", config.path,
          entry.line, entry.title)));

  const char target = good_already ? slots.now.good : slots.target(wanted);
  Selection next;
  if (good_already)
    next = {slots.now.good, 0, "", slots.now.before};
  else if (trial)
    next = {
        slots.now.good, target, options.plan,
        slots.now.before == target ? std::optional<char>() : slots.now.before};
  else
    next = {target, 0, "", slots.now.good};
  const auto* there = slots.at(target);
  // A good slot is left as it is when its arguments are right, whatever plan it names.
  const bool written =
      good_already || (there && there->arguments == wanted && (!trial || *there == slot));
  const bool selected =
      (running || slots.now == next) && written && (slots.environment || target == 0);
  outcome.slot = target;
  outcome.trial = trial;
  outcome.regenerated = regenerate;
  if ((selected && !regenerate) || options.dry_run) return outcome;

  // Made before the first write: should grub-mkconfig fail, nothing has changed.
  std::optional<GrubFile> made;
  if (regenerate) {
    made = VFIRST_TRY(generate(config, run, slots.path));
    VFIRST_CHECK(fits(made->config, whole, options.limit, options.prove));
  }
  outcome.wrote = true;
  VFIRST_CHECK(prepare(files, slots, outcome.notes));
  if (!running && !written)
    VFIRST_CHECK(write_slot(files, slots, target, slot));
  else
    VFIRST_CHECK(files.settle(kSlotFolder));
  if (made) {
    auto journal = VFIRST_TRY(read_journal(files, outcome.notes));
    VFIRST_CHECK(replace_file(files, config.path, made->text, journal));
  }
  if (!selected) VFIRST_CHECK(commit(files, slots, next));
  return outcome;
}

}  // namespace vfirst
