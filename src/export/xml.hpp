// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Lines of XML. All text from facts and policies goes through xml_text or xml_comment.

#include <string>
#include <string_view>

namespace vfirst {

// For an attribute or between two tags. Control characters, which XML 1.0 cannot hold, and all
// bytes beyond ASCII become '_'.
std::string xml_text(std::string_view);
// <!-- ... -->. A "--" inside would end the comment, so it is spelled "- -".
std::string xml_comment(std::string_view);
// The lines, each with two blanks before it.
std::string xml_indented(std::string_view lines);

}  // namespace vfirst
