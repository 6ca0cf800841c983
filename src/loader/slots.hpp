// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// boot/vfirst as a whole: two slots and the block that selects one of them. Reads only; the writing
// is in bootloader/selector.hpp and apply.hpp.

#include "host/files.hpp"
#include "host/own_paths.hpp"
#include "loader/boot_facts.hpp"
#include "loader/environment_block.hpp"
#include "loader/slot.hpp"
#include "loader/slot_id.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vfirst {

// In place of a plan's hash, in a slot or state that an adoption writes.
inline constexpr std::string_view kAdopted = "adopted";

// boot/vfirst/a.cfg.
std::string slot_path(SlotId slot);

// What was good before the good slot: a rollback returns to it.
struct Earlier {
  // Absent: no arguments of ours.
  std::optional<SlotId> slot;
  bool operator==(const Earlier&) const = default;
};

// What the block says. It changes in one sector, so all of this changes at once.
struct Selection {
  // Absent: no arguments of ours.
  std::optional<SlotId> good;
  // Absent: no trial is armed. GRUB itself takes it out before it boots the trial.
  std::optional<SlotId> trial;
  // Plan hash of a trial that nobody has confirmed yet; "" for none.
  std::string armed;
  // Absent: it is gone.
  std::optional<Earlier> before;

  // What GRUB takes at the next boot.
  std::optional<SlotId> next() const { return trial ? trial : good; }
  bool operator==(const Selection&) const = default;
};

struct Slots {
  // Of the block.
  std::string path{kEnvironment};
  // Absent: not there, or damaged.
  std::optional<EnvironmentBlock> environment;
  Selection selection;
  // Absent: not there, or damaged.
  std::optional<Slot> a, b;
  // What is there and cannot be read, a line each.
  std::vector<std::string> damage;

  // nullptr for no slot and for a slot that cannot be read.
  const Slot* at(std::optional<SlotId> id) const;
  // Empty without one.
  Arguments arguments(std::optional<SlotId> id) const;
  // The slot that holds this plan and is not the good one: that of its trial.
  std::optional<SlotId> of_plan(std::string_view plan) const;
  // Every list of ours that a boot may have been given, a trial's own arguments behind it.
  std::vector<Arguments> own() const;
  // The slot to write: never the good one. It is the one that has these arguments already, else one
  // that is not armed.
  SlotId target(const Arguments& arguments) const;
};

// Fails only where a file is there and the system cannot read it.
Result<Slots> current_slots(const FileReader& files, const BootFacts& boot);

}  // namespace vfirst
