// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The two slots that hold our kernel arguments for GRUB. An absent std::optional<SlotId> is "no
// slot": a boot without arguments of ours.

#include <array>
#include <optional>
#include <string_view>

namespace vfirst {

enum class SlotId { a, b };
inline constexpr std::array kSlotIds = {SlotId::a, SlotId::b};

constexpr SlotId other_slot(SlotId slot) {
  return slot == SlotId::a ? SlotId::b : SlotId::a;
}

// "a", "b": as it stands in file names, in the environment block and in output.
constexpr std::string_view slot_name(SlotId slot) {
  return slot == SlotId::a ? "a" : "b";
}

// Only these two words mean a slot; any other text is none.
constexpr std::optional<SlotId> parse_slot(std::string_view text) {
  for (const auto slot : kSlotIds)
    if (text == slot_name(slot)) return slot;
  return std::nullopt;
}

}  // namespace vfirst
