// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What this machine is, for the [match] section of a policy.

#include "facts/facts.hpp"
#include "policy/match.hpp"

namespace vfirst {

MatchFacts match_words(const Facts& facts);

}  // namespace vfirst
