// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// How two texts of kernel arguments differ, their order included.

#include <string>
#include <string_view>
#include <vector>

namespace vfirst {

struct ArgumentDiff {
  // Both in order, each argument as it is spelled. One that only moved is in both.
  std::vector<std::string> removed, added;
  // "- argument" lines, then "+ argument" lines; "" where nothing differs.
  std::string str() const;
};
// Both texts are split by the kernel's rules, so that a quoted argument stays whole.
ArgumentDiff argument_diff(std::string_view before, std::string_view after);

}  // namespace vfirst
