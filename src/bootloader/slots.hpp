// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// boot/vfirst as a whole: two slots and the block that selects one.

#include "bootloader/environment_block.hpp"
#include "bootloader/slot.hpp"
#include "facts/facts.hpp"
#include "host/files.hpp"
#include "host/own_paths.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vfirst {

// boot/vfirst/a.cfg
std::string slot_path(char slot);
// The block's file: on the EFI system partition where GRUB cannot write /boot (btrfs, LVM, md),
// else beside the slots.
std::string environment_path(const BootFacts& boot);

// What the block says. It changes in one sector, so all of this changes at once.
struct Selection {
  // 'a', 'b'; 0: none, none armed. GRUB itself takes the trial out
  char good = 0, trial = 0;
  // plan hash of a trial that nobody has confirmed yet
  std::string armed;
  // good before this one, 0: no arguments; nothing: it is gone
  std::optional<char> before;
  bool operator==(const Selection&) const = default;
};

struct Slots {
  // of the block
  std::string path{kEnvironment};
  // nothing: not there, or damaged
  std::optional<EnvironmentBlock> environment;
  Selection now;
  // nothing: not there, or damaged
  std::optional<Slot> a, b;
  // what is there and cannot be read, a line each
  std::vector<std::string> damage;

  // nullptr for 0 and for a slot that cannot be read
  const Slot* at(char slot) const;
  // what GRUB takes at the next boot
  char next() const { return now.trial ? now.trial : now.good; }
  // "" without one
  std::string arguments(char slot) const;
  // The slot to write: never the good one; that with these arguments already in it, else one that
  // is not armed.
  char target(std::string_view arguments) const;
};

Result<Slots> current_slots(const Files& files, const BootFacts& boot);
Result<Slots> current_slots(const Root& root, const BootFacts& boot);

// The block for this selection, every other variable in it kept.
Result<EnvironmentBlock> selector(
    const std::optional<EnvironmentBlock>& now, const Selection& selection);
// The commit: one sector, in place, read back.
Status commit(Files& files, const Slots& slots, const Selection& selection);

}  // namespace vfirst
