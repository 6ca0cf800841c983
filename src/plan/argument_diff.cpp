// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/argument_diff.hpp"

#include "kargs/command_line.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace vfirst {

std::string ArgumentDiff::str() const {
  std::string out;
  for (const auto& argument : removed)
    out += fmt::format("- {}\n", argument);
  for (const auto& argument : added)
    out += fmt::format("+ {}\n", argument);
  return out;
}

// The longest common subsequence is left out. So of a pair such as hugepagesz= hugepages= only the
// argument that moved is shown.
ArgumentDiff argument_diff(std::string_view before, std::string_view after) {
  const auto a = split_arguments(before), b = split_arguments(after);
  std::vector<std::vector<std::size_t>> common(
      a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (auto i = a.size(); i-- > 0;)
    for (auto j = b.size(); j-- > 0;)
      common[i][j] = a[i].raw == b[j].raw ? common[i + 1][j + 1] + 1
                                          : std::max(common[i + 1][j], common[i][j + 1]);
  ArgumentDiff diff;
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    if (i < a.size() && j < b.size() && a[i].raw == b[j].raw)
      ++i, ++j;
    else if (i < a.size() && (j == b.size() || common[i + 1][j] >= common[i][j + 1]))
      diff.removed.push_back(a[i++].raw);
    else
      diff.added.push_back(b[j++].raw);
  }
  return diff;
}

}  // namespace vfirst
