// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What GRUB's menu boots when nobody is at the console (grub-core/normal/menu.c).

#include "loader/grub_shell.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct GrubChoice {
  // From the outermost menu to the entry; empty where there is no menu.
  std::vector<GrubMenuEntry> path;
  // Its number in each of those menus.
  std::vector<std::size_t> place;
  // What it loads: one where that is certain.
  std::vector<GrubLoad> loads;
  // Why it cannot be told, a sentence; "" where it can.
  std::string doubt;
};

// What boots after a script that left this state.
GrubChoice default_choice(const GrubMachine& machine, const GrubState& state);

struct GrubPick {
  // In the menu; its size where the menu is empty.
  std::size_t index = 0;
  // Which of several it is, only GRUB knows.
  bool unsure = false;
};

// The entry that `chosen`, the variable "default", names: a number, a title or an id; whatever
// names nothing is the first (get_entry_number). GRUB takes the digits at the front for a number
// whatever follows them; Red Hat's looks for an id first, which may begin with digits.
GrubPick pick_entry(
    const std::vector<GrubMenuEntry>& menu, std::string_view chosen,
    GrubKind kind = GrubKind::upstream);

// What a submenu's own menu is asked for: the rest behind the first '>' of `chosen`; "" where there
// is none.
std::string_view chosen_inside(std::string_view chosen);

}  // namespace vfirst
