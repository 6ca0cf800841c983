// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/grub_backend.hpp"

#include "bootloader/adopt.hpp"
#include "bootloader/selector.hpp"
#include "host/loader_paths.hpp"
#include "loader/next_boot.hpp"

namespace vfirst {

namespace {

std::string place(std::optional<SlotId> slot) {
  return slot ? fmt::format("slot {}", slot_name(*slot)) : std::string();
}

Trial trial_state(const FileReader& files, const Slots& slots, const BootFacts& boot) {
  const auto& selection = slots.selection;
  if (selection.trial) return Trial::armed;
  if (selection.armed.empty()) return Trial::none;
  if (trial_of(boot.cmdline) == selection.armed) return Trial::running;
  const auto config = read_grub_config(files);
  return config && another_entry_runs(config->config, boot) ? Trial::not_reached : Trial::failed;
}

}  // namespace

Result<ApplyOutcome> GrubBackend::apply(const Arguments& wanted, const ApplyOptions& options) {
  return apply_arguments(files_, root_, boot_, wanted, options);
}

Result<LoaderState> GrubBackend::state() const {
  const auto slots = VFIRST_TRY(current_slots(files_, boot_));
  const auto& selection = slots.selection;
  LoaderState state;
  state.good = slots.arguments(selection.good);
  state.next = slots.arguments(selection.next());
  state.good_place = place(selection.good);
  state.next_place = place(selection.next());
  state.trial = trial_state(files_, slots, boot_);
  if (state.trial != Trial::none) {
    state.trial_plan = selection.armed;
    state.trial_arguments =
        slots.arguments(selection.trial ? selection.trial : slots.of_plan(selection.armed));
  }
  if (state.trial == Trial::failed) state.failed_plan = state.trial_plan;
  state.can_roll_back = selection.trial || selection.before;
  for (const auto& path :
       {std::string(kGrubConfigs[0]), std::string(kGrubConfigs[1]), slots.path,
        slot_path(SlotId::a), slot_path(SlotId::b)})
    if (files_.exists(path)) state.files.push_back(path);
  state.damage = slots.damage;
  return state;
}

Change GrubBackend::change(
    const Slots& slots, std::optional<SlotId> before, std::optional<SlotId> after) const {
  Change change;
  change.before = slots.arguments(before);
  change.after = slots.arguments(after);
  change.reboot_needed = !holds_arguments(boot_.cmdline, change.after) ||
                         (change.after.empty() && !change.before.empty());
  return change;
}

Result<Change> GrubBackend::confirm() {
  const auto slots = VFIRST_TRY(current_slots(files_, boot_));
  const auto& selection = slots.selection;
  // The slot that this boot tries: its plan is the one that vfirst.trial= names.
  const auto plan = trial_of(boot_.cmdline);
  if (plan.empty())
    return refuse(
        "this is not a trial boot (no vfirst.trial= on its command line); nothing to confirm");
  if (selection.armed != plan) {
    const auto* good = slots.at(selection.good);
    // Confirmed before.
    if (selection.armed.empty() && good && good->plan == plan)
      return change(slots, selection.good, selection.good);
    if (selection.armed.empty())
      return refuse(
          "the trial of plan {} was rolled back: the next boot uses the previous arguments", plan);
    return refuse(
        "this boot is the trial of plan {}, but plan {} has been armed since", plan,
        selection.armed);
  }
  if (selection.trial)
    return refuse(
        "plan {} was armed again in this boot: reboot, and confirm it in that trial boot", plan);
  const auto slot = slots.of_plan(plan);
  if (!slot) return refuse("no slot holds plan {} any more: apply it again", plan);
  if (!holds_arguments(boot_.cmdline, slots.at(slot)->arguments))
    return refuse(
        "slot {} holds other arguments than this boot was given: apply again", slot_name(*slot));
  auto confirmed = change(slots, selection.good, slot);
  VFIRST_CHECK(commit(files_, slots, {slot, {}, "", Earlier{selection.good}}));
  confirmed.wrote = true;
  return confirmed;
}

Result<Change> GrubBackend::rollback() {
  const auto slots = VFIRST_TRY(current_slots(files_, boot_));
  auto next = slots.selection;
  const auto& before = slots.selection.before;
  if (next.trial || (!next.armed.empty() && trial_of(boot_.cmdline) == next.armed)) {
    next.trial.reset();
    next.armed.clear();
  } else if (before && (!before->slot || slots.at(before->slot))) {
    next = {before->slot, {}, "", Earlier{slots.selection.good}};
  } else {
    return refuse("there are no earlier arguments to go back to");
  }
  auto rolled_back = change(slots, slots.selection.next(), next.good);
  VFIRST_CHECK(commit(files_, slots, next));
  rolled_back.wrote = true;
  return rolled_back;
}

Result<Change> GrubBackend::remove(bool dry_run) {
  return remove_slots(files_, root_, boot_, dry_run);
}

Result<Adoption> GrubBackend::adopt(const Arguments& foreign) {
  return vfirst::adopt(files_, root_, boot_, foreign);
}

}  // namespace vfirst
