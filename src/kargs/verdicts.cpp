// SPDX-License-Identifier: GPL-2.0-or-later
// What comes of a simulated boot, for whoever asks.
#include "kargs/simulate.hpp"

#include <algorithm>
#include <cctype>

namespace vfirst {

std::string_view effect_name(Effect effect) {
  switch (effect) {
    case Effect::effective: return "effective";
    case Effect::not_judged: return "not judged";
    case Effect::partial: return "partial";
    case Effect::ignored: return "ignored";
  }
  return "";
}

bool SimulatedMachine::release_is_el(unsigned version) const {
  const auto mark = fmt::format(".el{}", version);
  const auto at = release.find(mark);
  return at != release.npos &&
         (at + mark.size() == release.size() || !std::isdigit(release[at + mark.size()]));
}

Effect Simulation::worst() const {
  auto worst = Effect::effective;
  for (const auto& verdict : arguments)
    worst = std::max(worst, verdict.effect);
  return worst;
}

Status boots(const CommandLine& line, const SimulatedMachine& machine) {
  const auto seen = simulate(line, machine);
  if (seen.boots()) return {};
  return refuse("{}", seen.fatal.front());
}

std::vector<ArgumentVerdict> not_effective(
    const CommandLine& line, const std::vector<KernelArg>& ours, const SimulatedMachine& machine) {
  const auto seen = simulate(line, machine);
  std::vector<bool> used(seen.arguments.size());
  std::vector<ArgumentVerdict> out;
  // Ours stand after the others, so the last ones with equal text are ours.
  for (auto own = ours.rbegin(); own != ours.rend(); ++own) {
    std::size_t at = seen.arguments.size();
    while (at-- > 0)
      if (!used[at] && seen.arguments[at].arg.is(own->key) &&
          seen.arguments[at].arg.value == own->value)
        break;
    if (at >= seen.arguments.size()) {
      out.push_back({*own, Effect::ignored, "nothing", "it is not in the command line", {}});
      continue;
    }
    used[at] = true;
    if (seen.arguments[at].effect > Effect::not_judged) out.push_back(seen.arguments[at]);
  }
  std::ranges::reverse(out);
  return out;
}

}  // namespace vfirst
