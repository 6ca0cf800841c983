// SPDX-License-Identifier: GPL-2.0-or-later
// Waiting for a PF's driver.
#include "steps/actions.hpp"
#include "steps/device.hpp"

namespace vfirst::steps {

Outcome apply(const AwaitDriver& x, const Machine& machine) {
  Outcome out{.wanted = x.driver.empty() ? "any driver" : x.driver};
  if (!machine.root.exists(device_path(x.pf))) {
    out.state = StepState::failed;
    out.error = ENODEV;
    out.got = "no device";
    out.cause = fmt::format("{}: no such device", x.pf.str());
    return out;
  }
  const auto driver = bound_driver(machine.root, x.pf);
  out.got = driver.value_or("none");
  if (driver && (x.driver.empty() || *driver == x.driver)) return out;
  if (driver) {
    out.state = StepState::failed;
    out.error = EBUSY;
    out.cause = fmt::format("{}: driver {} is bound to it, not {}", x.pf.str(), *driver, x.driver);
    return out;
  }
  const auto modalias = machine.root.read(device_path(x.pf, "modalias"));
  // No event can bring a driver.
  if (modalias && !machine.modules.exists_for(*modalias)) {
    out.state = StepState::failed;
    out.error = ENOENT;
    out.cause = fmt::format(
        "{}: no driver for it in this {}", x.pf.str(),
        machine.initramfs ? "initramfs" : "kernel's modules");
    return out;
  }
  out.state = StepState::deferred;
  out.waiting = true;
  out.error = ETIMEDOUT;
  out.cause = fmt::format(
      "{}: its driver is not bound: it is still probing, has no firmware, or refused the device",
      x.pf.str());
  return out;
}

Observation verify(const AwaitDriver& x, const Machine& machine) {
  Observation out{
      .wanted = x.driver.empty() ? "any driver" : x.driver,
      .evidence = device_path(x.pf, "driver")};
  const bool exists = machine.root.exists(device_path(x.pf));
  const auto driver = bound_driver(machine.root, x.pf);
  out.got = driver.value_or(exists ? "none" : "no device");
  out.verdict = driver && (x.driver.empty() || *driver == x.driver) ? Verdict::ok : Verdict::failed;
  if (out.verdict == Verdict::failed)
    out.cause =
        exists
            ? fmt::format("{}: no driver is bound{}", x.pf.str(), kernel_says(machine.root, x.pf))
            : fmt::format("{}: no such device", x.pf.str());
  return out;
}

}  // namespace vfirst::steps
