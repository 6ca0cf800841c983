// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/part.hpp"

#include "steps/apply.hpp"

#include <algorithm>

namespace vfirst {

namespace {

bool belongs(const Action& action, const Part& part) {
  const auto pf = pf_of(action);
  if (pf && !part.devices.empty() && std::ranges::find(part.devices, *pf) == part.devices.end())
    return false;
  switch (part.what) {
    case Part::What::all: return true;
    case Part::What::tuning: return traits_of(action).stage != ActionStage::setup;
    case Part::What::irqs: return traits_of(action).stage == ActionStage::interrupts;
  }
  return false;
}

}  // namespace

std::vector<Step> part_of(const std::vector<Step>& steps, const Part& part) {
  std::vector<Step> out;
  // The position of each step in the part; none for a step that is not in it.
  std::vector<std::optional<std::size_t>> now(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!belongs(steps[i].action, part)) continue;
    now[i] = out.size();
    out.push_back(steps[i]);
    auto& after = out.back().after;
    after.clear();
    for (const auto before : steps[i].after)
      if (before < i && now[before]) after.push_back(*now[before]);
  }
  // A PF that is not in the plan needs nothing of the host either.
  if (!part.devices.empty() &&
      std::ranges::none_of(out, [](const Step& step) { return pf_of(step.action).has_value(); }))
    out.clear();
  return out;
}

}  // namespace vfirst
