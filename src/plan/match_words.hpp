// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a policy's [match] is held against.

#include "facts/facts.hpp"
#include "policy/match.hpp"

namespace vfirst {

MatchFacts match_words(const Facts& facts);

}  // namespace vfirst
