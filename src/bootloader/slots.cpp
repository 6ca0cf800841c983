// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/slots.hpp"

namespace vfirst {

namespace {

// Only these words mean a slot; the block is trusted no further, as in the GRUB fragment.
char slot_of(std::string_view word) { return word == "a" ? 'a' : word == "b" ? 'b' : 0; }

Result<std::optional<Slot>> read_slot(const Files& files, char name, std::vector<std::string>& damage) {
  const auto path = slot_path(name);
  const auto text = files.read(path);
  if (!text && text.error().code == std::errc::no_such_file_or_directory) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  auto slot = Slot::parse(*text);
  if (slot) return std::move(*slot);
  damage.push_back(fmt::format("{}: {}", path, slot.error().what));
  return std::nullopt;
}

}  // namespace

std::string slot_path(char slot) { return fmt::format("{}/{}.cfg", kSlotFolder, slot); }

const Slot* Slots::at(char slot) const {
  const auto* found = slot == 'a' ? &a : slot == 'b' ? &b : nullptr;
  return found && *found ? &**found : nullptr;
}

std::string Slots::arguments() const {
  const auto* slot = at(next());
  return slot ? slot->arguments : "";
}

char Slots::target(std::string_view arguments) const {
  for (const char slot : {'a', 'b'})
    if (slot != good && at(slot) && at(slot)->arguments == arguments) return slot;
  for (const char slot : {'a', 'b'})
    if (slot != good && slot != trial) return slot;
  return good == 'a' ? 'b' : 'a';
}

Result<Slots> current_slots(const Files& files) {
  Slots slots;
  const auto bytes = files.read(kEnvironment);
  if (!bytes && bytes.error().code != std::errc::no_such_file_or_directory) return std::unexpected(bytes.error());
  if (bytes) {
    auto block = EnvironmentBlock::parse(*bytes);
    if (block) {
      slots.good = slot_of(block->value("vfirst_good"));
      slots.trial = slot_of(block->value("vfirst_try"));
      slots.environment = std::move(*block);
    } else {
      slots.damage.push_back(fmt::format("{}: {}", kEnvironment, block.error().what));
    }
  }
  slots.a = VFIRST_TRY(read_slot(files, 'a', slots.damage));
  slots.b = VFIRST_TRY(read_slot(files, 'b', slots.damage));
  return slots;
}

Result<Slots> current_slots(const Root& root) { return current_slots(DiskFiles(root)); }

Result<EnvironmentBlock> selector(const std::optional<EnvironmentBlock>& now, char good, char trial) {
  auto block = now.value_or(EnvironmentBlock{});
  // GRUB writes vfirst_try itself: one character for another, so that nothing behind it moves.
  VFIRST_CHECK(block.set("vfirst_good", good ? std::string(1, good) : "none"));
  VFIRST_CHECK(block.set("vfirst_try", trial ? std::string(1, trial) : "-"));
  return block;
}

}  // namespace vfirst
