// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The facts of a machine, as text for people and as JSON for programs.

#include "facts/facts.hpp"

#include <string>

namespace vfirst {

std::string facts_text(const Facts& facts);
// Schema vfirst.facts/1: everything in Facts.
std::string facts_json(const Facts& facts);

}  // namespace vfirst
