// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// INI texts → Policy. Pure: it sees only the texts and what it is told about the machine.

#include "policy/match.hpp"
#include "policy/policy.hpp"

#include <string>
#include <vector>

namespace vfirst {

// Bytes of one text.
inline constexpr std::size_t kPolicySizeLimit = 1 << 20;

struct Source {
  // For messages: "50-host.ini"; each text has a name of its own.
  std::string name;
  std::string text;
};

// Reads the texts in order. A later text wins key by key. The first fault of any text refuses the
// whole policy, even in a text that is for other machines: "50-host.ini:12: unknown key 'isolat' in
// [cpu]; did you mean 'isolate'?".
Result<Policy> parse_policy(const std::vector<Source>& sources, const MatchFacts& machine);

// What is wrong with one text whatever stands in others: its size, its lines, sections, keys and
// values. A section that another text completes ([pf NAME] with the selectors) is right.
Status check_source(const Source& source);

}  // namespace vfirst
