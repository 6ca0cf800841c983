// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A host's facts from a JSON document: `vfirst facts --json`, or Ironic's inspection.

#include "facts/facts.hpp"

#include <string_view>

namespace vfirst {

// bytes; Ironic's may carry logs
constexpr std::size_t kDocumentLimit = 64 << 20;

// Says which of the two it is by itself. Refusals are one line that begins with `name`.
Result<Facts> read_document(std::string_view name, std::string_view text);

}  // namespace vfirst
