// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Reads a host's facts from a JSON document: that of `vfirst facts --json`, or Ironic's inspection.

#include "facts/facts.hpp"

#include <string_view>

namespace vfirst {

// In bytes. Documents of Ironic may contain logs.
constexpr std::size_t kDocumentLimit = 64 << 20;

// Finds out by itself which of the two it is. Refusals are one line that begins with `name`.
Result<Facts> read_document(std::string_view name, std::string_view text);

}  // namespace vfirst
