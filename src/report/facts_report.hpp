// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the machine is, for people and for programs.

#include "facts/facts.hpp"

#include <string>

namespace vfirst {

std::string facts_text(const Facts& facts);
// schema vfirst.facts/1: everything that Facts holds
std::string facts_json(const Facts& facts);

}  // namespace vfirst
