// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What `vfirst facts --json` wrote, read again.

#include "facts/facts.hpp"

#include <string_view>

namespace vfirst {

// Equal to the Facts that were written, texts that were no UTF-8 aside. `name` is the document's,
// for refusals: one line with the place as a JSON pointer ("r760.json: /cpu/online: '0-', not a CPU
// list").
Result<Facts> read_facts_document(std::string_view name, std::string_view text);

}  // namespace vfirst
