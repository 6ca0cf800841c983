// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/eswitch.hpp"

namespace vfirst {

// mlx5: sriov-network-operator creates the VFs, waits for their links, unbinds them and then sets
// switchdev; the reverse was proposed and given up (its PR 1017, 1019). ice: ice_eswitch_mode_set()
// refuses while VFs exist.
bool eswitch_before_vfs(std::string_view driver, std::uint16_t vendor) {
  return driver.empty() ? vendor != 0x15b3 : driver != "mlx5_core";
}

}  // namespace vfirst
