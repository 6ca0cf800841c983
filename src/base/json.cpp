// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/json.hpp"

#include <fmt/format.h>

namespace vfirst {

namespace {

constexpr auto kReplace = Json::error_handler_t::replace;

// The library escapes control characters of ASCII up to U+001F. The others can stand in strings
// alone, so they are found in the finished text: U+007F, U+0080 to U+009F, U+2028 and U+2029.
std::string escaped(std::string text) {
  if (text.find_first_of("\x7f\xc2\xe2") == text.npos) return text;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = [&](std::size_t at) {
      return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u;
    };
    if (byte(i) == 0x7f) {
      out += "\\u007f";
    } else if (byte(i) == 0xc2 && byte(i + 1) < 0xa0) {
      out += fmt::format("\\u{:04x}", byte(++i));
    } else if (byte(i) == 0xe2 && byte(i + 1) == 0x80 && (byte(i + 2) | 1) == 0xa9) {
      out += byte(i + 2) == 0xa8 ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string document(const Json& json) {
  return escaped(json.dump(2, ' ', false, kReplace)) + "\n";
}

std::string json_literal(std::string_view text) {
  return escaped(Json(text).dump(-1, ' ', false, kReplace));
}

}  // namespace vfirst
