// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the readers of a tree guarantee and a plan needs, of facts that a document brought.

#include "base/result.hpp"
#include "facts/facts.hpp"

#include <string_view>

namespace vfirst {

// Puts lists in order. Refused where the facts contradict themselves; `name` is the document's.
Status check_facts(std::string_view name, Facts& facts);

}  // namespace vfirst
