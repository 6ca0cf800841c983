// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What `[kernel] extra` may hold: any kernel argument except those that another key sets.

#include "base/result.hpp"

#include <string_view>

namespace vfirst {

// Refuses the first argument that does not belong there, and says where it belongs.
Status check_extra(std::string_view arguments);

}  // namespace vfirst
