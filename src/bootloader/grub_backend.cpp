// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/grub_backend.hpp"

#include "bootloader/foreign.hpp"
#include "bootloader/regenerate.hpp"
#include "bootloader/support.hpp"
#include "bootloader/trial.hpp"
#include "host/loader_paths.hpp"

namespace vfirst {

namespace {

std::string place(char slot) {
  return slot ? fmt::format("slot {}", slot) : std::string();
}

Trial trial_state(const Slots& slots, const BootFacts& boot) {
  if (slots.now.trial) return Trial::armed;
  if (slots.now.armed.empty()) return Trial::none;
  return trial_of(boot.cmdline) == slots.now.armed ? Trial::running : Trial::failed;
}

// The slot that this boot tries: its plan is the one that vfirst.trial= names.
char slot_of_plan(const Slots& slots, const std::string& plan) {
  for (const char slot : {'a', 'b'})
    if (slot != slots.now.good && slots.at(slot) && slots.at(slot)->plan == plan) return slot;
  return 0;
}

}  // namespace

Result<ApplyOutcome> GrubBackend::apply(const std::string& cmdline, const ApplyOptions& options) {
  return apply_arguments(files_, root_, boot_, cmdline, options);
}

Result<LoaderState> GrubBackend::state() const {
  const auto slots = VFIRST_TRY(current_slots(files_, boot_));
  LoaderState out;
  out.good = slots.arguments(slots.now.good);
  out.next = slots.arguments(slots.next());
  out.good_place = place(slots.now.good);
  out.next_place = place(slots.next());
  out.trial = trial_state(slots, boot_);
  if (out.trial != Trial::none) {
    out.trial_plan = slots.now.armed;
    out.trial_arguments =
        slots.arguments(slots.now.trial ? slots.now.trial : slot_of_plan(slots, slots.now.armed));
  }
  if (out.trial == Trial::failed) out.failed_plan = out.trial_plan;
  // Not those of an adoption that was cut short before it was selected: they are others' still.
  for (const char name : {'a', 'b'})
    if (const auto* slot = slots.at(name);
        slot && (slot->plan != kAdopted || name == slots.now.good))
      out.own.push_back(
          slot->trial_only.empty() ? slot->arguments : slot->arguments + " " + slot->trial_only);
  out.can_roll_back = slots.now.trial || slots.now.before;
  for (const auto& path :
       {std::string(kGrubConfigs[0]), std::string(kGrubConfigs[1]), slots.path, slot_path('a'),
        slot_path('b')})
    if (files_.exists(path)) out.files.push_back(path);
  out.damage = slots.damage;
  return out;
}

Change GrubBackend::change(const Slots& slots, char before, char after) const {
  Change out;
  out.before = slots.arguments(before);
  out.after = slots.arguments(after);
  out.reboot_needed =
      !holds_arguments(boot_.cmdline, out.after) || (out.after.empty() && !out.before.empty());
  return out;
}

Result<Change> GrubBackend::confirm() {
  const auto slots = VFIRST_TRY(current_slots(files_, boot_));
  const auto plan = trial_of(boot_.cmdline);
  if (plan.empty())
    return refuse(
        "this boot is no trial (no vfirst.trial= on its command line): there is nothing to "
        "confirm");
  if (slots.now.armed != plan) {
    const auto* good = slots.at(slots.now.good);
    // confirmed before
    if (slots.now.armed.empty() && good && good->plan == plan)
      return change(slots, slots.now.good, slots.now.good);
    if (slots.now.armed.empty())
      return refuse(
          "the trial of plan {} was taken back: the next boot has the arguments from before", plan);
    return refuse(
        "this boot is the trial of plan {}, but plan {} has been armed since", plan,
        slots.now.armed);
  }
  const char slot = slots.now.trial ? 0 : slot_of_plan(slots, plan);
  if (slots.now.trial)
    return refuse("plan {} was armed again in this boot: it is confirmed in its own", plan);
  if (!slot) return refuse("no slot holds plan {} any more: apply it again", plan);
  if (!holds_arguments(boot_.cmdline, slots.at(slot)->arguments))
    return refuse("slot {} holds other arguments than this boot was given: apply again", slot);
  auto out = change(slots, slots.now.good, slot);
  VFIRST_CHECK(commit(files_, slots, {slot, 0, "", slots.now.good}));
  out.wrote = true;
  return out;
}

Result<Change> GrubBackend::rollback() {
  const auto slots = VFIRST_TRY(current_slots(files_, boot_));
  const auto& now = slots.now;
  Selection next = now;
  if (now.trial || trial_state(slots, boot_) == Trial::running) {
    next.trial = 0;
    next.armed.clear();
  } else if (now.before && (!*now.before || slots.at(*now.before))) {
    next = {*now.before, 0, "", now.good};
  } else {
    return refuse("there are no earlier arguments to go back to");
  }
  auto out = change(slots, slots.next(), next.good);
  VFIRST_CHECK(commit(files_, slots, next));
  out.wrote = true;
  return out;
}

Result<Change> GrubBackend::remove(bool dry_run) {
  return remove_slots(files_, root_, boot_, dry_run);
}

Result<Adoption> GrubBackend::adopt(const std::vector<std::string>& words) {
  return vfirst::adopt(files_, root_, boot_, words);
}

std::vector<ForeignSource> GrubBackend::sources(std::string_view word) const {
  return foreign_sources(files_, word);
}

}  // namespace vfirst
