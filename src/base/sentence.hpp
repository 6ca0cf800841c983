// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Texts for people.

#include <string>

namespace vfirst {

// Descriptions, causes, notes and error messages pass through here on their way out, and come back
// unchanged. No decision may rest on such a text. tests/scramble links a sentence() that garbles
// them all, and shows that hashes, trials, verify's joins, remove and confirm stay the same.
std::string sentence(std::string text);

}  // namespace vfirst
