// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/argument_diff.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace vfirst {

std::string ArgumentDiff::str() const {
  std::string out;
  for (const auto& word : removed)
    out += fmt::format("- {}\n", word);
  for (const auto& word : added)
    out += fmt::format("+ {}\n", word);
  return out;
}

// The longest common run of words stays unnamed, so that of a pair such as hugepagesz= hugepages=
// only what moved shows.
ArgumentDiff argument_diff(std::string_view before, std::string_view after) {
  const auto a = words(before), b = words(after);
  std::vector<std::vector<std::size_t>> common(
      a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (auto i = a.size(); i-- > 0;)
    for (auto j = b.size(); j-- > 0;)
      common[i][j] =
          a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
  ArgumentDiff diff;
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    if (i < a.size() && j < b.size() && a[i] == b[j])
      ++i, ++j;
    else if (i < a.size() && (j == b.size() || common[i + 1][j] >= common[i][j + 1]))
      diff.removed.emplace_back(a[i++]);
    else
      diff.added.emplace_back(b[j++]);
  }
  return diff;
}

}  // namespace vfirst
