// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Reads what `vfirst facts --json` wrote.

#include "facts/facts.hpp"

#include <string_view>

namespace vfirst {

// The result equals the Facts that were written, except for texts that were not UTF-8. A refusal is
// one line with the document's `name` and the place as a JSON pointer ("r760.json: /cpu/online:
// '0-', not a CPU list").
Result<Facts> read_facts_document(std::string_view name, std::string_view text);

}  // namespace vfirst
