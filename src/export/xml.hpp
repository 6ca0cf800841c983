// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Lines of XML. Text that comes from elsewhere goes through xml_text or xml_comment.

#include <string>
#include <string_view>

namespace vfirst {

// For an attribute or between two tags. What XML 1.0 cannot hold (control characters), and every
// byte beyond ASCII, is '_'.
std::string xml_text(std::string_view);
// <!-- ... -->; no "--" inside, which would end it
std::string xml_comment(std::string_view);
// Two blanks before each line.
std::string xml_indented(std::string_view lines);

}  // namespace vfirst
