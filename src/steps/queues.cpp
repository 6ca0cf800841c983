// SPDX-License-Identifier: GPL-2.0-or-later
// A PF's own channels.
#include "steps/actions.hpp"
#include "steps/device.hpp"
#include "steps/errno_table.hpp"

#include <algorithm>

namespace vfirst::steps {

namespace {

// Drivers count queue pairs as combined channels, or, the older ones, receive and transmit queues
// by themselves.
unsigned count_of(const Channels& x) {
  return x.combined_max ? x.combined : std::max(x.rx, x.tx);
}
unsigned limit_of(const Channels& x) {
  return x.combined_max ? x.combined_max : std::max(x.rx_max, x.tx_max);
}

}  // namespace

Outcome apply(const SetQueues& x, const Machine& machine) {
  Outcome out{.wanted = std::to_string(x.combined)};
  const auto fail = [&](int error, std::string why) {
    out.state = StepState::failed;
    out.error = error;
    out.cause = std::move(why);
    return out;
  };
  const auto port = chosen_port(machine, x.pf, x.port);
  if (!port) return fail(ENODEV, why_no_port(machine, x.pf, x.port));
  const auto driver = bound_driver(machine.root, x.pf).value_or("");
  auto now = machine.net.channels(port->ifindex);
  if (!now) {
    const int error = static_cast<int>(now.error().code);
    return fail(
        error, fmt::format("{}: {}", port->name, explain_errno(Place::channels, error, driver)));
  }
  out.got = std::to_string(count_of(*now));
  if (count_of(*now) == x.combined) return out;
  if (x.combined > limit_of(*now))
    return fail(
        ERANGE,
        fmt::format(
            "{}: {} queues asked, the device has {}", port->name, x.combined, limit_of(*now)));
  Channels wanted;
  if (now->combined_max)
    wanted.combined = x.combined;
  else
    wanted.rx = std::min(x.combined, now->rx_max), wanted.tx = std::min(x.combined, now->tx_max);
  ++out.writes;
  if (const auto sent = machine.net.set_channels(port->ifindex, wanted); !sent) {
    const int error = static_cast<int>(sent.error().code);
    return fail(
        error, fmt::format(
                   "{}: {} queues: {} ({})", port->name, x.combined,
                   explain_errno(Place::channels, error, driver), sent.error().what));
  }
  now = machine.net.channels(port->ifindex);
  if (now) out.got = std::to_string(count_of(*now));
  if (!now || count_of(*now) != x.combined)
    return fail(
        0, fmt::format(
               "{}: the driver accepted {} queues but has {}", port->name, x.combined, out.got));
  out.state = StepState::done;
  return out;
}

Observation verify(const SetQueues& x, const Machine& machine) {
  Observation out{.wanted = std::to_string(x.combined), .evidence = "ETHTOOL_MSG_CHANNELS_GET"};
  const auto port = chosen_port(machine, x.pf, x.port);
  const auto now = port ? machine.net.channels(port->ifindex)
                        : Result<Channels>(failed(ENODEV, "{}: no network device", x.pf.str()));
  if (!now) {
    out.verdict = now.error().code == std::errc::not_supported ? Verdict::unknown : Verdict::failed;
    out.cause = now.error().what;
    return out;
  }
  out.got = std::to_string(count_of(*now));
  out.verdict = count_of(*now) == x.combined ? Verdict::ok : Verdict::failed;
  if (out.verdict != Verdict::ok)
    out.cause = fmt::format("{}: the device has at most {} queues", port->name, limit_of(*now));
  return out;
}

}  // namespace vfirst::steps
