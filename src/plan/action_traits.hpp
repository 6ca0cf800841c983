// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the runner, records and hashes need to know of a kind of action (action.hpp).

#include <string_view>

namespace vfirst {

// When an action is done again after the boot.
enum class ActionStage {
  // When the driver of the PF was bound again.
  setup,
  // Also when only a PF's own port is set up again.
  tuning,
  // Also when only its interrupts are placed again.
  interrupts,
};

struct ActionTraits {
  // Its name in records and hashes.
  std::string_view kind;
  // True: it belongs to a PF, its member `pf`. False: it belongs to the whole host.
  bool of_pf;
  ActionStage stage;
  // Its failure makes the steps after it pointless. A VF without its coalescing is still a VF.
  bool blocks;
};

}  // namespace vfirst
