// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One of the two files that hold our kernel arguments for GRUB: boot/vfirst/a.cfg and b.cfg.

#include "base/result.hpp"
#include "kargs/arguments.hpp"

#include <string>
#include <string_view>

namespace vfirst {

struct Slot {
  Arguments arguments;
  // Hash of the plan that they belong to; "" for none.
  std::string plan;
  // Follow the arguments in a trial's boot, and in no other.
  Arguments trial_only;

  // Refuses whatever text() does not write: the file may be cut or edited.
  static Result<Slot> parse(std::string_view text);
  // A GRUB script.
  std::string text() const;
  bool operator==(const Slot&) const = default;
};

// Whether GRUB hands these arguments to the kernel as they stand; else the argument that it would
// change and why. GRUB splits a variable at blanks whatever quotes are in it and puts a backslash
// before ' " and \ (grub-core/lib/cmdline.c), which the kernel does not take away. With its regexp
// module, * and ? are file patterns.
Status grub_can_carry(const Arguments& arguments);

}  // namespace vfirst
