// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/selector.hpp"

namespace vfirst {

namespace {

std::string_view name_or(std::optional<SlotId> slot, std::string_view otherwise) {
  return slot ? slot_name(*slot) : otherwise;
}

}  // namespace

Result<EnvironmentBlock> selector(
    const std::optional<EnvironmentBlock>& before, const Selection& selection) {
  auto block = before.value_or(EnvironmentBlock{});
  VFIRST_CHECK(block.set("vfirst_good", name_or(selection.good, "none")));
  // GRUB writes vfirst_try itself: one character for another, so that nothing behind it moves.
  VFIRST_CHECK(block.set("vfirst_try", name_or(selection.trial, "-")));
  VFIRST_CHECK(block.set("vfirst_armed", selection.armed.empty() ? "-" : selection.armed));
  VFIRST_CHECK(
      block.set("vfirst_before", selection.before ? name_or(selection.before->slot, "none") : "-"));
  return block;
}

Status commit(Files& files, const Slots& slots, const Selection& selection) {
  const auto bytes = VFIRST_TRY(selector(slots.environment, selection)).bytes();
  VFIRST_CHECK(files.overwrite(slots.path, bytes));
  return check_written(files, slots.path, bytes);
}

// It does what the fragment's save_env does, and the way back. `armed` stays: by it the trial's
// boot is known for one.
Status count_trial(Files& files, const BootFacts& boot, bool taken) {
  if (boot.loader != Loader::grub)
    return refuse("{}: counts the boots of a trial itself", loader_name(boot.loader));
  const auto slots = VFIRST_TRY(current_slots(files, boot));
  auto selection = slots.selection;
  selection.trial = taken ? std::nullopt : slots.of_plan(selection.armed);
  if (!taken && !selection.trial) return refuse("no slot holds plan {} any more", selection.armed);
  return selection == slots.selection ? Status{} : commit(files, slots, selection);
}

}  // namespace vfirst
