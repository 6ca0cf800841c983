// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One of the two files that hold our kernel arguments for GRUB: boot/vfirst/a.cfg and b.cfg.

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace vfirst {

struct Slot {
  // blank separated, as /proc/cmdline will show them
  std::string arguments;
  // hash of the plan that they belong to
  std::string plan;
  // follow the arguments in a trial's boot, and in no other
  std::string trial_only;

  // exactly what text() writes, nothing else
  static Result<Slot> parse(std::string_view text);
  // a GRUB script
  std::string text() const;
  bool operator==(const Slot&) const = default;
};

// Whether GRUB hands these arguments to the kernel as they stand. It splits a variable at blanks
// whatever quotes are in it and puts a backslash before ' " and \ (lib/cmdline.c), which the kernel
// does not take away; with its regexp module, * and ? are file patterns.
Status grub_can_carry(std::string_view arguments);

}  // namespace vfirst
