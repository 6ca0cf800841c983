// SPDX-License-Identifier: GPL-2.0-or-later
// When libvirt started: its service's first process, by its start time.
#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "steps/observe.hpp"

#include <unistd.h>

namespace vfirst {

namespace {

// Field 22 of proc/PID/stat, in clock ticks since switching on; the name in field 2 may hold blanks
// and parentheses.
std::optional<double> start_of(const Root& root, std::string_view pid) {
  const auto text = root.read(fmt::format("proc/{}/stat", pid));
  if (!text) return std::nullopt;
  const auto name_end = text->rfind(')');
  if (name_end == text->npos) return std::nullopt;
  const auto fields = words(std::string_view(*text).substr(name_end + 1));
  if (fields.size() < 20) return std::nullopt;
  const auto ticks = parse_number(fields[19]);
  if (!ticks) return std::nullopt;
  return static_cast<double>(*ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

std::optional<Consumer> first_consumer(const Root& root) {
  std::optional<Consumer> first;
  for (const std::string_view name : {"libvirtd", "virtqemud"}) {
    for (const auto& tree :
         {std::string(kernel_paths::kCgroups), fmt::format("{}/systemd", kernel_paths::kCgroups)}) {
      const auto pids =
          root.read(fmt::format("{}/system.slice/{}.service/cgroup.procs", tree, name));
      if (!pids || pids->empty()) continue;
      for (const auto pid : split(*pids, '\n'))
        if (const auto started = start_of(root, trimmed(pid));
            started && (!first || *started < first->started_s))
          first = Consumer{std::string(name), *started};
    }
  }
  return first;
}

}  // namespace vfirst
