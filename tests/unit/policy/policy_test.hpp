// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include "policy/parse.hpp"

#include <catch2/catch_test_macros.hpp>

namespace vfirst {

inline Policy accepted(const std::string& text, const MatchFacts& machine = {}) {
  auto policy = parse_policy({{"50-host.ini", text}}, machine);
  INFO(text);
  if (!policy) FAIL(policy.error().what);
  return *policy;
}

inline std::string refusal(const std::vector<Source>& sources, const MatchFacts& machine = {}) {
  auto policy = parse_policy(sources, machine);
  return policy ? "accepted" : policy.error().what;
}
inline std::string refusal(const std::string& text) {
  return refusal({{"50-host.ini", text}});
}

}  // namespace vfirst
