// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// An INI text as libinih reads it, with the lines it came from; everything that libinih would cut,
// join or pass over in silence is refused instead.

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

// a further line of one value: it begins with a blank
struct IniPiece {
  std::string text;
  unsigned line = 0;
};

struct IniEntry {
  std::string key, value;
  unsigned line = 0;
  std::vector<IniPiece> more;
};

// one [header]; a repeated header is a second one
struct IniSection {
  std::string name;
  unsigned line = 0;
  std::vector<IniEntry> entries;
};

// The first fault ends it: "NAME:LINE: what". `name` is used for messages only.
Result<std::vector<IniSection>> read_ini(std::string_view name, std::string_view text);

}  // namespace vfirst
