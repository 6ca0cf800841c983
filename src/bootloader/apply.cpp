// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/apply.hpp"

#include "bootloader/journal.hpp"
#include "bootloader/regenerate.hpp"
#include "bootloader/selector.hpp"
#include "bootloader/support.hpp"
#include "loader/next_boot.hpp"
#include "loader/trial.hpp"
#include "plan/argument_diff.hpp"

namespace vfirst {

std::string ApplyOutcome::diff() const {
  return argument_diff(before.str(), after.str()).str();
}

namespace {

// Removes the files that a run left on their way when it was cut short. Only names of ours, and
// only in our folder.
Status remove_leftovers(Files& files) {
  if (!files.exists(kSlotFolder)) return {};
  for (const auto& name : VFIRST_TRY(files.list(kSlotFolder)))
    if (is_fresh_name(name)) VFIRST_CHECK(files.remove(fmt::format("{}/{}", kSlotFolder, name)));
  return {};
}

// A plan whose trial failed is not tried a second time by itself: it would fail the same way.
Status may_try(
    const Slots& slots, const GrubConfig& config, const BootFacts& boot,
    const ApplyOptions& options) {
  VFIRST_CHECK(can_try(boot));
  const auto& selection = slots.selection;
  if (options.force || selection.trial || selection.armed != options.plan ||
      trial_of(boot.cmdline) == options.plan || another_entry_runs(config, boot))
    return {};
  return refuse(
      "plan {} failed its trial: that boot was not confirmed. Change the policy, or use --force to "
      "try it again",
      options.plan);
}

// Why the next boot does not take our arguments. An entry of 10_linux takes them once grub.cfg is
// made anew (`regenerate`).
std::string passed_over(const Files& files, const GrubFile& config, bool regenerate) {
  return why_not_reached(
      files, config,
      regenerate ? [](const GrubEntry& entry) {
        return !entry.recovery && (entry.carries || entry.generator == "10_linux");
      } : [](const GrubEntry& entry) { return entry.carries; });
}

// A trial is one boot, and it has to be the next one.
Status reaches_next_boot(const Files& files, const GrubFile& config, bool regenerate) {
  const auto why = passed_over(files, config, regenerate);
  if (why.empty()) return {};
  return refuse(
      "{}: the next boot would not be the trial. Make one of the distribution's own entries the "
      "default, or use --no-trial",
      why);
}

// The block and the journal: what there must be before a slot is written.
Status prepare(Files& files, Slots& slots, std::vector<std::string>& notes) {
  VFIRST_CHECK(remove_leftovers(files));
  auto journal = VFIRST_TRY(read_journal(files, notes));
  for (const auto& path : {slots.path, slot_path(SlotId::a), slot_path(SlotId::b)})
    journal.note(path);
  VFIRST_CHECK(write_journal(files, journal));
  if (slots.environment) return {};
  // GRUB may read this block before all of it is on the disk. It selects nothing, so that says "no
  // arguments", as the absence of the block does.
  slots.environment = VFIRST_TRY(selector(std::nullopt, {}));
  VFIRST_CHECK(replace(files, slots.path, slots.environment->bytes()));
  return slots.path == kEnvironment ? Status{} : files.settle(folder_of(slots.path));
}

// Into a slot that no boot takes before the commit.
Status write_slot(Files& files, Slots& slots, SlotId target, const Slot& wanted) {
  auto selection = slots.selection;
  // The next boot goes back to the good one first.
  if (selection.trial == target) selection.trial.reset(), selection.armed.clear();
  if (selection.before == Earlier{target}) selection.before.reset();
  if (selection != slots.selection) VFIRST_CHECK(commit(files, slots, selection));
  slots.selection = selection;
  const auto path = slot_path(target);
  VFIRST_CHECK(replace(files, path, wanted.text()));
  VFIRST_CHECK(files.settle(kSlotFolder));
  return check_written(files, path, wanted.text());
}

// What is asked for, against what stands there.
struct Request {
  Slot slot;
  // Its arguments are the good ones already.
  bool good_already = false;
  // This boot is the trial of these very arguments: they are neither good yet nor to be tried
  // again.
  bool running = false;
  bool trial = false;
};

Request make_request(
    const Slots& slots, const BootFacts& boot, const Arguments& wanted,
    const ApplyOptions& options) {
  const auto& selection = slots.selection;
  Request request;
  const auto* good = slots.at(selection.good);
  request.good_already = good ? good->arguments == wanted : !selection.good && wanted.empty();
  request.trial = options.trial && !request.good_already;
  request.running = request.trial && !selection.trial && !options.plan.empty() &&
                    selection.armed == options.plan && trial_of(boot.cmdline) == options.plan;
  request.slot = {wanted, options.plan, request.trial ? options.trial_only : Arguments()};
  return request;
}

// What the block has to say for it. `target` holds the arguments.
Selection selection_for(
    const Request& request, const Selection& now, std::optional<SlotId> target) {
  if (request.good_already) return {now.good, {}, "", now.before};
  if (!request.trial) return {target, {}, "", Earlier{now.good}};
  const bool overwritten = now.before == Earlier{target};
  return {now.good, target, request.slot.plan, overwritten ? std::nullopt : now.before};
}

void add_notes(
    const Request& request, const Slots& slots, const GrubFile& config, const std::string& fault,
    ApplyOutcome& outcome) {
  outcome.notes = slots.damage;
  if (request.running)
    outcome.notes.push_back(sentence(fmt::format(
        "this boot is the trial of plan {}: vfirst confirm keeps it", request.slot.plan)));
  if (!fault.empty())
    outcome.notes.push_back(sentence(fmt::format("{} is made anew: {}", config.path, fault)));
  for (const auto& entry : config.config.entries)
    if (!entry.recovery && !entry.carries && !entry.generator.empty() &&
        entry.generator != "10_linux")
      outcome.notes.push_back(sentence(fmt::format(
          "{}:{}: entry '{}' is not ours and boots without these arguments", config.path,
          entry.line, entry.title)));
}

}  // namespace

Result<ApplyOutcome> apply_arguments(
    Files& files, const Root& root, const BootFacts& boot, const Arguments& wanted,
    const ApplyOptions& options) {
  // Nothing wanted, nothing of ours to take out.
  if (wanted.empty() && boot.loader != Loader::grub) return ApplyOutcome{};
  VFIRST_CHECK(can_apply(boot, wanted));
  if (boot.loader != Loader::grub)
    return refuse("{}: has entries of its own, not our slots", loader_name(boot.loader));
  VFIRST_CHECK(grub_can_carry(wanted));

  auto slots = VFIRST_TRY(current_slots(files, boot));
  const bool ours = !wanted.empty() || slots.selection.next();
  // Not even grub.cfg need be there.
  if (!ours && slots.damage.empty()) return ApplyOutcome{};
  auto config = VFIRST_TRY(read_grub_config(files));
  const auto all_faults = ours ? faults(config, slots.path) : std::vector<std::string>();
  const bool regenerate = !all_faults.empty();
  const auto fault = regenerate ? all_faults.front() : std::string();

  const auto request = make_request(slots, boot, wanted, options);
  if (request.trial) {
    VFIRST_CHECK(may_try(slots, config.config, boot, options));
    VFIRST_CHECK(reaches_next_boot(files, config, regenerate));
  }
  VFIRST_CHECK(grub_can_carry(request.slot.trial_only));
  if (regenerate) VFIRST_CHECK(can_regenerate(files, root, config, fault));
  const auto whole = wanted.then(request.slot.trial_only);
  VFIRST_CHECK(fits(files, config, whole, options.limit, options.prove));

  ApplyOutcome outcome;
  outcome.before = request.running ? wanted : slots.arguments(slots.selection.next());
  outcome.after = wanted;
  outcome.changed = outcome.before != wanted;
  outcome.reboot_needed =
      !holds_arguments(boot.cmdline, wanted) || (wanted.empty() && outcome.changed);
  add_notes(request, slots, config, fault, outcome);
  if (!wanted.empty() && !request.trial)
    outcome.passed_over = passed_over(files, config, regenerate);

  const auto target =
      request.good_already ? slots.selection.good : std::optional(slots.target(wanted));
  const auto next = selection_for(request, slots.selection, target);
  const auto* old = slots.at(target);
  // A good slot is left as it is when its arguments are right, whatever plan it names.
  const bool written = request.good_already || (old && old->arguments == wanted &&
                                                (!request.trial || *old == request.slot));
  const bool selected =
      (request.running || slots.selection == next) && written && (slots.environment || !target);
  outcome.slot = target;
  outcome.trial = request.trial;
  outcome.regenerated = regenerate;
  if (selected && !regenerate) return outcome;

  // Made before the first write: should grub-mkconfig fail, nothing has changed. A dry run makes it
  // too, or it would promise what the real one refuses.
  std::optional<GrubFile> made;
  if (regenerate) {
    made = VFIRST_TRY(generate(files, config, run_or_host(options.run), slots.path));
    VFIRST_CHECK(fits(files, *made, whole, options.limit, options.prove));
    if (request.trial) VFIRST_CHECK(reaches_next_boot(files, *made, false));
    if (!wanted.empty() && !request.trial) outcome.passed_over = passed_over(files, *made, false);
  }
  if (options.dry_run) return outcome;
  outcome.wrote = true;
  VFIRST_CHECK(prepare(files, slots, outcome.notes));
  if (!request.running && !written)
    VFIRST_CHECK(write_slot(files, slots, *target, request.slot));
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
