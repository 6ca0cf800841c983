// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// How a PF's driver makes its VFs, and what the policy has to say for it.

#include "plan/draft.hpp"

namespace vfirst {

// What `text` of a row says of this PF, with its placeholders filled in (DriverQuirk::way_out).
std::string advice_for(std::string_view text, const PciFunction& pf, std::optional<unsigned> count);

// True where `count` VFs of this PF can be planned. Else an error says which key or kernel argument
// would make them.
bool can_create(Draft& draft, const PfPolicy& section, const PciFunction& pf, unsigned count);

}  // namespace vfirst
