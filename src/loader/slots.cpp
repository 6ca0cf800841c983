// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/slots.hpp"

#include "loader/grub_storage.hpp"

namespace vfirst {

namespace {

Result<std::optional<Slot>> read_slot(
    const FileReader& files, SlotId id, std::vector<std::string>& damage) {
  const auto path = slot_path(id);
  const auto text = files.read(path);
  if (!text && text.error().code == std::errc::no_such_file_or_directory) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  auto slot = Slot::parse(*text);
  if (slot) return std::move(*slot);
  damage.push_back(sentence(fmt::format("{}: {}", path, slot.error().what)));
  return std::nullopt;
}

// The block is trusted no further than GRUB's fragment trusts it: a word that names no slot selects
// none.
Selection read_selection(const EnvironmentBlock& block) {
  Selection selection;
  selection.good = parse_slot(block.value("vfirst_good"));
  selection.trial = parse_slot(block.value("vfirst_try"));
  selection.armed = block.value("vfirst_armed");
  if (selection.armed == "-") selection.armed.clear();
  const auto before = block.value("vfirst_before");
  if (before == "none" || parse_slot(before)) selection.before = Earlier{parse_slot(before)};
  return selection;
}

}  // namespace

std::string slot_path(SlotId slot) {
  return std::string(kSlotFiles[slot == SlotId::a ? 0 : 1]);
}

const Slot* Slots::at(std::optional<SlotId> id) const {
  if (!id) return nullptr;
  const auto& slot = *id == SlotId::a ? a : b;
  return slot ? &*slot : nullptr;
}

Arguments Slots::arguments(std::optional<SlotId> id) const {
  const auto* slot = at(id);
  return slot ? slot->arguments : Arguments();
}

std::optional<SlotId> Slots::of_plan(std::string_view plan) const {
  for (const auto id : kSlotIds)
    if (const auto* slot = at(id); slot && id != selection.good && slot->plan == plan) return id;
  return std::nullopt;
}

std::vector<Arguments> Slots::own() const {
  std::vector<Arguments> own;
  for (const auto id : kSlotIds) {
    const auto* slot = at(id);
    // Not those of an adoption that was cut short before it was selected: they are others' still.
    if (!slot || (slot->plan == kAdopted && id != selection.good)) continue;
    own.push_back(slot->arguments.then(slot->trial_only));
  }
  return own;
}

SlotId Slots::target(const Arguments& arguments) const {
  for (const auto id : kSlotIds)
    if (const auto* slot = at(id); slot && id != selection.good && slot->arguments == arguments)
      return id;
  for (const auto id : kSlotIds)
    if (id != selection.good && id != selection.trial) return id;
  return other_slot(*selection.good);
}

Result<Slots> current_slots(const FileReader& files, const BootFacts& boot) {
  Slots slots;
  slots.path = environment_path(boot);
  const auto bytes = files.read(slots.path);
  if (!bytes && bytes.error().code != std::errc::no_such_file_or_directory)
    return std::unexpected(bytes.error());
  if (bytes) {
    auto block = EnvironmentBlock::parse(*bytes);
    if (block) {
      slots.selection = read_selection(*block);
      slots.environment = std::move(*block);
    } else {
      slots.damage.push_back(sentence(fmt::format("{}: {}", slots.path, block.error().what)));
    }
  }
  slots.a = VFIRST_TRY(read_slot(files, SlotId::a, slots.damage));
  slots.b = VFIRST_TRY(read_slot(files, SlotId::b, slots.damage));
  return slots;
}

}  // namespace vfirst
