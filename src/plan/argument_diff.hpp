// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What lies between two texts of kernel arguments, order included.

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct ArgumentDiff {
  // both in order; a word that only moved is in both
  std::vector<std::string> removed, added;
  // "- word" lines, then "+ word" lines; "" where nothing differs
  std::string str() const;
};
ArgumentDiff argument_diff(std::string_view before, std::string_view after);

}  // namespace vfirst
