// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/slots.hpp"

#include "bootloader/support.hpp"

namespace vfirst {

namespace {

// Only these words mean a slot; the block is trusted no further, as in the GRUB fragment.
char slot_of(std::string_view word) {
  return word == "a" ? 'a' : word == "b" ? 'b' : 0;
}

Result<std::optional<Slot>> read_slot(
    const Files& files, char name, std::vector<std::string>& damage) {
  const auto path = slot_path(name);
  const auto text = files.read(path);
  if (!text && text.error().code == std::errc::no_such_file_or_directory) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  auto slot = Slot::parse(*text);
  if (slot) return std::move(*slot);
  damage.push_back(sentence(fmt::format("{}: {}", path, slot.error().what)));
  return std::nullopt;
}

}  // namespace

std::string slot_path(char slot) {
  return fmt::format("{}/{}.cfg", kSlotFolder, slot);
}

std::string environment_path(const BootFacts& boot) {
  return grub_can_write(boot) || boot.esp.empty()
             ? std::string(kEnvironment)
             : fmt::format("{}/{}/env", boot.esp, kEspEnvironmentFolder);
}

const Slot* Slots::at(char slot) const {
  const auto* found = slot == 'a' ? &a : slot == 'b' ? &b : nullptr;
  return found && *found ? &**found : nullptr;
}

std::string Slots::arguments(char name) const {
  const auto* slot = at(name);
  return slot ? slot->arguments : "";
}

char Slots::target(std::string_view arguments) const {
  for (const char slot : {'a', 'b'})
    if (slot != now.good && at(slot) && at(slot)->arguments == arguments) return slot;
  for (const char slot : {'a', 'b'})
    if (slot != now.good && slot != now.trial) return slot;
  return now.good == 'a' ? 'b' : 'a';
}

Result<Slots> current_slots(const Files& files, const BootFacts& boot) {
  Slots slots;
  slots.path = environment_path(boot);
  const auto bytes = files.read(slots.path);
  if (!bytes && bytes.error().code != std::errc::no_such_file_or_directory)
    return std::unexpected(bytes.error());
  if (bytes) {
    auto block = EnvironmentBlock::parse(*bytes);
    if (block) {
      slots.now.good = slot_of(block->value("vfirst_good"));
      slots.now.trial = slot_of(block->value("vfirst_try"));
      slots.now.armed = block->value("vfirst_armed");
      if (slots.now.armed == "-") slots.now.armed.clear();
      if (const auto before = block->value("vfirst_before"); before == "none" || slot_of(before))
        slots.now.before = slot_of(before);
      slots.environment = std::move(*block);
    } else {
      slots.damage.push_back(sentence(fmt::format("{}: {}", slots.path, block.error().what)));
    }
  }
  slots.a = VFIRST_TRY(read_slot(files, 'a', slots.damage));
  slots.b = VFIRST_TRY(read_slot(files, 'b', slots.damage));
  return slots;
}

Result<Slots> current_slots(const Root& root, const BootFacts& boot) {
  return current_slots(DiskFiles(root), boot);
}

Result<EnvironmentBlock> selector(
    const std::optional<EnvironmentBlock>& now, const Selection& selection) {
  auto block = now.value_or(EnvironmentBlock{});
  const auto name = [](char slot) { return slot ? std::string(1, slot) : std::string("none"); };
  // GRUB writes vfirst_try itself: one character for another, so that nothing behind it moves.
  VFIRST_CHECK(block.set("vfirst_good", name(selection.good)));
  VFIRST_CHECK(block.set("vfirst_try", selection.trial ? std::string(1, selection.trial) : "-"));
  VFIRST_CHECK(block.set("vfirst_armed", selection.armed.empty() ? "-" : selection.armed));
  VFIRST_CHECK(block.set("vfirst_before", selection.before ? name(*selection.before) : "-"));
  return block;
}

Status commit(Files& files, const Slots& slots, const Selection& selection) {
  const auto bytes = VFIRST_TRY(selector(slots.environment, selection)).bytes();
  VFIRST_CHECK(files.overwrite(slots.path, bytes));
  return check_written(files, slots.path, bytes);
}

}  // namespace vfirst
