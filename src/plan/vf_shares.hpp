// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// How many of its queues and interrupts an NVMe controller can hand out to each of its VFs.

#include "base/nvme_controllers.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vfirst {

// One for administration, and one for data.
inline constexpr unsigned kLeastVfQueues = 2;

// 0: none is handed out, because each controller has its own.
struct VfShare {
  unsigned queues = 0, interrupts = 0;
  bool operator==(const VfShare&) const = default;
};

struct VfShares {
  // By VF; nothing where the controller has not enough for it. The first ones come first.
  std::vector<std::optional<VfShare>> vfs;
  // Why a VF does not get what the policy asks for: the numbers, and the smallest change; "" where
  // each gets it.
  std::string shortage;
};

// `wishes`: for each VF its queues, 0: an even share of what is left. `held`: what controllers
// beside those of these VFs have.
VfShares vf_shares(
    const NvmePrimary& primary, const std::vector<unsigned>& wishes, VfShare held = {});

}  // namespace vfirst
