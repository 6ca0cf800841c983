// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// boot/vfirst as a whole: two slots and the block that selects one.

#include "bootloader/environment_block.hpp"
#include "bootloader/slot.hpp"
#include "host/files.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vfirst {

inline constexpr std::string_view kSlotFolder = "boot/vfirst";
inline constexpr std::string_view kEnvironment = "boot/vfirst/env";
inline constexpr std::string_view kJournal = "boot/vfirst/journal";

std::string slot_path(char slot);                                 // boot/vfirst/a.cfg

struct Slots {
  std::optional<EnvironmentBlock> environment;                    // nothing: not there, or damaged
  char good = 0, trial = 0;                                       // 'a', 'b'; 0: none, none armed
  std::optional<Slot> a, b;                                       // nothing: not there, or damaged
  std::vector<std::string> damage;                                // what is there and cannot be read, a line each

  const Slot* at(char slot) const;                                // nullptr for 0 and for a slot that cannot be read
  char next() const { return trial ? trial : good; }              // what GRUB takes at the next boot
  std::string arguments() const;                                  // of next(); "" without one
  // The slot to write: never the good one; that with these arguments already in it, else one that is not armed.
  char target(std::string_view arguments) const;
};

Result<Slots> current_slots(const Files& files);
Result<Slots> current_slots(const Root& root);

// The selector for these two, every other variable in the block kept. It is the commit: one sector, in place.
Result<EnvironmentBlock> selector(const std::optional<EnvironmentBlock>& now, char good, char trial);

}  // namespace vfirst
