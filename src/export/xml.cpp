// SPDX-License-Identifier: GPL-2.0-or-later
#include "export/xml.hpp"

namespace vfirst {

std::string xml_text(std::string_view text) {
  std::string out;
  for (const unsigned char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '\'': out += "&apos;"; break;
      case '"': out += "&quot;"; break;
      default: out += c < 0x20 || c > 0x7e ? '_' : static_cast<char>(c);
    }
  }
  return out;
}

std::string xml_comment(std::string_view text) {
  std::string out = "<!-- ";
  for (const unsigned char c : text) {
    if (c == '-' && out.back() == '-') out += ' ';
    out += c < 0x20 || c > 0x7e ? '_' : static_cast<char>(c);
  }
  return out + " -->";
}

std::string xml_indented(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    out.append("  ").append(lines.substr(0, end)).append("\n");
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
  }
  return out;
}

}  // namespace vfirst
