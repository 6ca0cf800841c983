// SPDX-License-Identifier: GPL-2.0-or-later
// A PF's port: administratively up.
#include "base/driver_name.hpp"
#include "steps/actions.hpp"
#include "steps/device.hpp"

namespace vfirst::steps {

namespace {

// Kernels before 6.2 cannot rename an interface that is up, so a port that udev has not named yet
// stays down until then. udev's database has an entry for it once it is done; without a running
// udev nobody will rename it.
bool udev_is_through(const Root& root, const Netdev& port) {
  return !root.exists("run/udev/control") ||
         root.exists(fmt::format("run/udev/data/n{}", port.ifindex));
}

}  // namespace

Outcome apply(const BringUp& x, const Machine& machine) {
  Outcome out{.wanted = "up"};
  const auto ports = chosen_ports(machine, x.pf, x.port);
  if (ports.empty()) {
    // The driver link appears before the driver's probe has run (drivers/base/dd.c,
    // driver_sysfs_add): the port comes with an event of its own. A function that was given to a
    // guest makes none.
    const auto driver = bound_driver(machine.root, x.pf).value_or("none");
    const bool probing = driver != "none" && !is_vfio_driver(driver);
    out.state = probing ? StepState::deferred : StepState::failed;
    out.waiting = probing;
    out.error = ENODEV;
    out.got = "no netdev";
    out.cause =
        own_ports(machine.root, x.pf).empty()
            ? fmt::format("{}: its driver ({}) created no network device", x.pf.str(), driver)
            : why_no_port(machine, x.pf, x.port);
    return out;
  }
  out.got = "up";
  for (const auto& port : ports) {
    if (port.up) continue;
    if (!udev_is_through(machine.root, port)) {
      out.state = StepState::deferred;
      out.waiting = true;
      out.got = "down";
      out.error = ETIMEDOUT;
      out.cause = fmt::format("{}: udev has not finished with {}", x.pf.str(), port.name);
      return out;
    }
    ++out.writes;
    out.state = StepState::done;
    if (const auto raised = machine.net.set_up(port.ifindex); !raised) {
      out.state = StepState::failed;
      out.error = static_cast<int>(raised.error().code);
      out.got = "down";
      out.cause =
          fmt::format("{}: {} does not come up: {}", x.pf.str(), port.name, raised.error().what);
      return out;
    }
  }
  return out;
}

Observation verify(const BringUp& x, const Machine& machine) {
  Observation out{
      .wanted = "up", .got = "up", .verdict = Verdict::ok, .evidence = device_path(x.pf, "net")};
  const auto ports = chosen_ports(machine, x.pf, x.port);
  if (ports.empty()) {
    out.got = "no netdev";
    out.verdict = Verdict::failed;
    out.cause = fmt::format("{}: no network device", x.pf.str());
  }
  for (const auto& port : ports)
    if (!port.up) {
      out.got = "down";
      out.verdict = Verdict::failed;
      out.evidence = port.folder + "/flags";
      out.cause = fmt::format(
          "another program took {} down again: this host's network configuration should bring it "
          "up",
          port.name);
    }
  return out;
}

}  // namespace vfirst::steps
