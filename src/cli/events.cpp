// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/events.hpp"

#include "cli/load.hpp"
#include "host/link_events.hpp"
#include "host/uevent.hpp"
#include "steps/gates.hpp"
#include "steps/guest.hpp"
#include "steps/late_irqs.hpp"

#include <spdlog/spdlog.h>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>

namespace vfirst {

using namespace std::chrono_literals;

namespace {

// A guest's firmware, boot loader and kernel come before its driver.
constexpr auto kGuestLimit = 5min;
constexpr auto kGuestQuiet = 15s;
constexpr auto kLinkQuiet = 100ms;

Result<std::string> text_of(const std::string& file) {
  const bool from_stdin = file == "-";
  std::FILE* in = from_stdin ? stdin : std::fopen(file.c_str(), "re");
  if (!in) return failed(errno, "{}: {}", file, std::strerror(errno));
  std::string text;
  char piece[4096];
  while (const auto n = std::fread(piece, 1, sizeof piece, in))
    text.append(piece, n);
  if (!from_stdin) std::fclose(in);
  return text;
}

}  // namespace

Result<std::vector<PciAddress>> pfs_that_came_up(const Options& options) {
  const auto socket = passed_socket();
  if (!socket) return refuse("--links is for a socket unit: systemd passed no socket");
  const auto events = VFIRST_TRY(take_link_events(*socket, kLinkQuiet));
  if (events.up.empty() && !events.lost) return std::vector<PciAddress>{};
  const auto root = VFIRST_TRY(Root::open(options.root));
  return irq_pfs_of(root, events.up, events.lost);
}

ExitCode pin_guest_irqs(const Options& options) {
  const auto xml = text_of(options.guest);
  if (!xml) return report_error(xml.error());
  const auto guest = parse_guest(*xml);
  if (!guest) return report_error(guest.error());
  auto root = Root::open(options.root);
  if (!root) return report_error(root.error());
  const auto actions = HostActions::of(*root, "boot --guest");
  if (!actions) return report_error(actions.error());
  if (const auto reason = closed_gate(*root, {})) {
    spdlog::info("nothing done: {}", *reason);
    return ExitCode::done;
  }
  const auto devices = guest_devices(*guest, *root);
  // Most guests have none of the plan's VFs.
  if (devices.empty()) return ExitCode::done;
  for (const auto& [device, cpus] : devices)
    if (cpus.empty())
      spdlog::warn(
          "{}: its interrupts stay where they are, because there is no <vcpupin> and no isolated "
          "CPU",
          device.str());
  const auto events = kernel_events(*actions);
  if (!events) return report_error(events.error());
  const auto net = kernel_net(*actions);
  const auto modules = kernel_modules(*actions);
  const auto nvme = kernel_nvme(*actions, *root);
  const auto report =
      pin_guest(devices, Machine{*root, *net, *modules, **events, *nvme}, kGuestLimit, kGuestQuiet);
  for (const auto& cause : report.causes)
    spdlog::error("{}", cause);
  spdlog::info(
      "{} of {} interrupts of {} VFs in place, {} writes", report.pinned, report.vectors,
      devices.size(), report.writes);
  return report.causes.empty() ? ExitCode::done : ExitCode::failed;
}

}  // namespace vfirst
