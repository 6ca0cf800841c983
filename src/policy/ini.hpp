// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// An INI text as libinih reads it, with the numbers of its lines. What libinih would cut, join or
// skip without a message is refused.

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// A further line of a value. It begins with a blank.
struct IniPiece {
  std::string text;
  unsigned line = 0;
};

struct IniEntry {
  std::string key, value;
  unsigned line = 0;
  std::vector<IniPiece> more;
};

// One [header]. A header that comes again is another section.
struct IniSection {
  std::string name;
  unsigned line = 0;
  std::vector<IniEntry> entries;
};

// Stops at the first fault: "NAME:LINE: what". `name` is for messages only.
Result<std::vector<IniSection>> read_ini(std::string_view name, std::string_view text);

}  // namespace vfirst
