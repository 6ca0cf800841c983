// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/colour.hpp"

namespace vfirst {

bool colour_wanted(bool terminal, const char* no_color) {
  return terminal && !(no_color && *no_color);
}

std::string coloured(std::string_view line, Colour colour) {
  const auto around = [&](std::string_view start) {
    return std::string(start).append(line).append("\033[0m");
  };
  switch (colour) {
    case Colour::none: break;
    case Colour::green: return around("\033[32m");
    case Colour::yellow: return around("\033[33m");
    case Colour::red: return around("\033[31m");
  }
  return std::string(line);
}

}  // namespace vfirst
