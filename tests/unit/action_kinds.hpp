// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The kinds of actions, for tests that must have each of them.
#include "plan/action.hpp"

#include <set>
#include <string>

namespace vfirst::test {

inline std::set<std::string> all_kinds() {
  std::set<std::string> kinds;
  [&]<std::size_t... index>(std::index_sequence<index...>) {
    (kinds.emplace(std::variant_alternative_t<index, Action>::kTraits.kind), ...);
  }(std::make_index_sequence<std::variant_size_v<Action>>());
  return kinds;
}

}  // namespace vfirst::test
