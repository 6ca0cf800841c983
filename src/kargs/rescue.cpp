// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/rescue.hpp"

#include <algorithm>
#include <string_view>

namespace vfirst {

namespace {

constexpr std::string_view kWords[] = {
    "single", "s",         "S",        "1",        "-s",           "rescue",
    "-b",     "emergency", "recovery", "rd.break", "rd.emergency", "rd.rescue"};

bool asks_for_rescue(const KernelArg& argument) {
  const std::string_view key = argument.key;
  if (!argument.value) return std::ranges::find(kWords, key) != std::end(kWords);
  if (key == "rd.break") return true;
  return (key == "systemd.unit" || key == "rd.systemd.unit") &&
         (*argument.value == "rescue.target" || *argument.value == "emergency.target");
}

}  // namespace

std::optional<KernelArg> rescue_argument(const std::vector<KernelArg>& arguments) {
  const auto found = std::ranges::find_if(arguments, asks_for_rescue);
  return found == arguments.end() ? std::nullopt : std::optional(*found);
}

}  // namespace vfirst
