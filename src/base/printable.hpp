// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Text that is safe to show on a terminal. Host names, DMI strings and policies come from others:
// an escape sequence in one of them could rewrite what the terminal shows.

#include <string>
#include <string_view>

namespace vfirst {

// UTF-8 stays as it is. What a terminal would act on or what cannot be seen is spelled: control
// characters and bytes that are not UTF-8 as \x1b, marks that change the direction of text and the
// line separators of Unicode as \u2028. Newlines and tabs stay.
std::string printable(std::string_view text);
// The same for text that has to stay on one line, such as a cell of a table: newlines and tabs are
// spelled, too.
std::string printable_line(std::string_view text);

}  // namespace vfirst
