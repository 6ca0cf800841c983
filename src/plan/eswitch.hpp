// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// When a PF's embedded switch may change its mode, with respect to its VFs.

#include <cstdint>
#include <string_view>

namespace vfirst {

// True: only while there is no VF, so before they are made (ice refuses otherwise). False: only
// once they all exist, and while none has a driver (mlx5). By the driver's name, or, where none is
// bound yet, by the vendor.
bool eswitch_before_vfs(std::string_view driver, std::uint16_t vendor);

}  // namespace vfirst
