// SPDX-License-Identifier: GPL-2.0-or-later
#include "loader/trial.hpp"

#include <fmt/format.h>

namespace vfirst {

std::string_view trial_name(Trial trial) {
  switch (trial) {
    case Trial::none: return "none";
    case Trial::armed: return "armed";
    case Trial::running: return "running";
    case Trial::failed: return "failed";
    case Trial::not_reached: return "not-reached";
  }
  return "";
}

Arguments trial_arguments(std::string_view plan, const Arguments& extra) {
  const Arguments always = fmt::format(
      "vfirst.trial={} panic=30 systemd.watchdog_sec=90 systemd.crash_reboot=1 rd.shell=0 "
      "rd.emergency=reboot",
      plan);
  return always.then(extra);
}

std::string trial_of(std::string_view cmdline) {
  const auto line = CommandLine::parse(cmdline);
  const auto* mark = line.last("vfirst.trial");
  return mark && mark->value ? *mark->value : "";
}

}  // namespace vfirst
