// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/release.hpp"

#include "base/driver_name.hpp"
#include "steps/apply.hpp"
#include "steps/device.hpp"

#include <cerrno>

namespace vfirst {

namespace {

struct Held {
  PciAddress pf, vf;
  unsigned index = 0;
};

[[gnu::cold]] std::vector<Held> existing(const Plan& plan, const Root& root) {
  std::vector<Held> out;
  for (const auto& step : plan.steps) {
    const auto* create = std::get_if<CreateVfs>(&step.action);
    if (!create) continue;
    for (unsigned i = 0, n = steps::count_vfs(root, create->pf); i < n; ++i)
      if (const auto vf = steps::vf_address(root, create->pf, i))
        out.push_back({create->pf, *vf, i});
  }
  return out;
}

Status done(const Outcome& outcome) {
  if (outcome.state != StepState::failed) return {};
  if (outcome.error == EBUSY) return busy("{}", outcome.cause);
  return failed(outcome.error ? outcome.error : EIO, "{}", outcome.cause);
}

}  // namespace

Status vfs_unused(const Plan& plan, const Machine& machine) {
  for (const auto& [pf, vf, index] : existing(plan, machine.root))
    if (const auto user = steps::vf_user(machine.root, vf))
      return busy("VF {} of {} ({}) is in use: {}", index, pf.str(), vf.str(), *user);
  return {};
}

Status release_vfs(const Plan& plan, const Machine& machine) {
  VFIRST_CHECK(vfs_unused(plan, machine));
  for (const auto& [pf, vf, index] : existing(plan, machine.root))
    if (is_vfio_driver(steps::bound_driver(machine.root, vf).value_or("")))
      VFIRST_CHECK(done(apply(BindDriver{pf, index, vf, VfDriver::none()}, machine)));
  for (const auto& step : plan.steps)
    if (const auto* create = std::get_if<CreateVfs>(&step.action))
      VFIRST_CHECK(done(apply(CreateVfs{create->pf, 0, true}, machine)));
  return {};
}

}  // namespace vfirst
