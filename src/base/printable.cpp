// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/printable.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cstdint>

namespace vfirst {

namespace {

struct Character {
  std::uint32_t code = 0;
  // 0: the first byte does not begin a character of UTF-8
  std::size_t bytes = 0;
};

// The first character of `text`, which is not empty. Overlong forms and surrogates are no UTF-8
// (RFC 3629).
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
  std::uint32_t code = lead & (0xffu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fu);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[bytes] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {code, bytes};
}

bool is_control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

// Line and paragraph separators, and the marks that change the direction of what follows.
bool is_hidden(std::uint32_t code) {
  return (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
         code == 0x200e || code == 0x200f || code == 0xfeff;
}

std::string shown(std::string_view text, std::string_view kept) {
  const auto plain = [&](unsigned char c) {
    return (c >= 0x20 && c < 0x7f) || kept.find(static_cast<char>(c)) != kept.npos;
  };
  if (std::ranges::all_of(text, plain)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const auto next = first_character(text);
    const auto bytes = std::max<std::size_t>(next.bytes, 1);
    if (next.bytes == 1 && plain(static_cast<unsigned char>(text[0])))
      out += text[0];
    else if (text[0] == '\n')
      out += "\\n";
    else if (text[0] == '\t')
      out += "\\t";
    else if (next.bytes == 0)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
    else if (is_control(next.code))
      out += fmt::format("\\x{:02x}", next.code);
    else if (is_hidden(next.code))
      out += fmt::format("\\u{:04x}", next.code);
    else
      out += text.substr(0, bytes);
    text.remove_prefix(bytes);
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text) {
  return shown(text, "\n\t");
}

std::string printable_line(std::string_view text) {
  return shown(text, "");
}

}  // namespace vfirst
