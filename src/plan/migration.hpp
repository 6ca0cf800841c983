// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Whether a guest that has a VF can be migrated live with it: what the source of its vfio driver
// says.

#include "base/kernel_version.hpp"
#include "facts/facts.hpp"
#include "policy/vf_driver.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vfirst {

// not_judged: a driver that vfirst does not know, of a vendor or of a newer kernel.
enum class CanMigrate { yes, conditional, no, not_judged };

// "can", "can-if", "cannot", "not-judged": a part of the JSON documents.
std::string_view verdict_name(CanMigrate);

struct Migration {
  CanMigrate verdict = CanMigrate::not_judged;
  // A clause, without the VFs: for conditional what must hold, else why.
  std::string reason;
  // The file and function of the kernel that say so; "" where none does.
  std::string source;
  bool operator==(const Migration&) const = default;
};

// A vfio driver whose VFs can be migrated.
struct MigratingDriver {
  // As it is registered.
  std::string_view name{};
  // What its VFs are, for people.
  std::string_view devices{};
  // Of its VFs.
  std::uint16_t vendor = 0;
  // First and last device ID of each range; a range of zeros is none.
  struct Ids {
    std::uint16_t first = 0, last = 0;
  };
  Ids vfs[3]{};
  // The first kernel in which it migrates; {}: each kernel that has it.
  KernelVersion since{};
  // What must hold beside the driver, that facts do not show; "": nothing.
  std::string_view condition{};
  // Without it the guest stands still while all of the VF's state is copied.
  bool pre_copy = true;
  std::string_view source{};
};
std::span<const MigratingDriver> migrating_drivers();

// Of VFs of `pf` on `driver`, with this kernel; nothing where they do not go to a guest.
std::optional<Migration> migration_of(
    const VfDriver& driver, const PciFunction& pf, const Kernel& kernel);

}  // namespace vfirst
