// SPDX-License-Identifier: GPL-2.0-or-later
// The mode of a PF's embedded switch.
#include "steps/actions.hpp"
#include "steps/device.hpp"
#include "steps/errno_table.hpp"

namespace vfirst::steps {

namespace {

// A device without a switch of its own hands each frame to its VF by MAC and VLAN, which is what
// legacy means.
Result<std::string> mode_of(const PciAddress& pf, const Machine& machine) {
  auto mode = machine.net.eswitch_mode(pf);
  if (!mode && mode.error().code == std::errc::operation_not_supported)
    return std::string("legacy");
  return mode;
}

// mlx5 lets VFs stand while the mode changes, but none of them may have a driver.
std::optional<std::string> bound_vf(const Root& root, const PciAddress& pf) {
  for (unsigned i = 0, n = count_vfs(root, pf); i < n; ++i)
    if (const auto vf = vf_address(root, pf, i))
      if (const auto driver = bound_driver(root, *vf))
        return fmt::format("VF {} ({}) is bound to {}", i, vf->str(), *driver);
  return std::nullopt;
}

}  // namespace

Outcome apply(const SetEswitch& x, const Machine& machine) {
  Outcome out{.wanted = x.mode};
  const auto fail = [&](int error, std::string why) {
    out.state = StepState::failed;
    out.error = error;
    out.cause = fmt::format("{}: {}", x.pf.str(), why);
    return out;
  };
  auto now = mode_of(x.pf, machine);
  if (!now) return fail(static_cast<int>(now.error().code), now.error().what);
  out.got = *now;
  if (*now == x.mode) return out;
  if (const auto bound = bound_vf(machine.root, x.pf))
    return fail(
        EBUSY, fmt::format("{}: the mode can only be changed while no VF has a driver", *bound));
  ++out.writes;
  if (const auto set = machine.net.set_eswitch_mode(x.pf, x.mode); !set) {
    const int error = static_cast<int>(set.error().code);
    return fail(
        error,
        fmt::format(
            "{} ({}){}",
            explain_errno(Place::eswitch, error, bound_driver(machine.root, x.pf).value_or("")),
            set.error().what, kernel_says(machine.root, x.pf)));
  }
  now = mode_of(x.pf, machine);
  if (now) out.got = *now;
  if (out.got != x.mode)
    return fail(0, fmt::format("the driver accepted {} but is in {}", x.mode, out.got));
  out.state = StepState::done;
  return out;
}

Observation verify(const SetEswitch& x, const Machine& machine) {
  Observation out{.wanted = x.mode, .evidence = "DEVLINK_CMD_ESWITCH_GET"};
  const auto now = mode_of(x.pf, machine);
  if (!now) {
    out.cause = now.error().what;
    return out;
  }
  out.got = *now;
  out.verdict = *now == x.mode ? Verdict::ok : Verdict::failed;
  if (*now != x.mode)
    out.cause =
        "the driver refused it, was reloaded since, or another tool changed it (NetworkManager, "
        "netplan, the SR-IOV operator)";
  return out;
}

}  // namespace vfirst::steps
