// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/apply.hpp"

#include "base/sentence.hpp"

#include "steps/actions.hpp"
#include "steps/device.hpp"

namespace vfirst {

namespace {

// `out`: an outcome or an observation, whose cause is for people.
template <class T>
T told(T out) {
  if (!out.cause.empty()) out.cause = sentence(std::move(out.cause));
  return out;
}

}  // namespace

Outcome apply(const Action& action, const Machine& machine) {
  return told(std::visit([&](const auto& one) { return steps::apply(one, machine); }, action));
}

Observation verify(const Action& action, const Machine& machine) {
  return told(std::visit([&](const auto& one) { return steps::verify(one, machine); }, action));
}

bool may_go_on(const Action& action, const Machine& machine) {
  const auto* create = std::get_if<CreateVfs>(&action);
  return create && steps::bound_driver(machine.root, create->pf);
}

}  // namespace vfirst
