// SPDX-License-Identifier: GPL-2.0-or-later
#include "bootloader/trial.hpp"

#include "kargs/command_line.hpp"

#include <fmt/format.h>

namespace vfirst {

std::string trial_arguments(std::string_view plan, std::string_view extra) {
  return fmt::format(
      "vfirst.trial={} panic=30 systemd.watchdog_sec=90 systemd.crash_reboot=1 rd.shell=0 "
      "rd.emergency=reboot{}{}",
      plan, extra.empty() ? "" : " ", extra);
}

std::string trial_of(std::string_view cmdline) {
  const auto line = CommandLine::parse(cmdline);
  const auto* arg = line.last("vfirst.trial");
  return arg && arg->value ? *arg->value : "";
}

}  // namespace vfirst
