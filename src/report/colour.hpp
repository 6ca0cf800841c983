// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// When and how text is coloured. The colour of a line is a value beside its text. Escape sequences
// are added last, when the text itself has none left (base/printable.hpp).

#include <string>
#include <string_view>

namespace vfirst {

enum class Colour { none, green, yellow, red };

// On a terminal, and not where NO_COLOR is set and not empty (no-color.org). `no_color` is the
// variable's value, or nullptr.
bool colour_wanted(bool terminal, const char* no_color);
// `line` has no newline; none is added.
std::string coloured(std::string_view line, Colour colour);

}  // namespace vfirst
