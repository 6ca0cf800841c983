// SPDX-License-Identifier: GPL-2.0-or-later
// The CPUs for interrupts that no driver has requested yet.
#include "base/kernel_paths.hpp"
#include "steps/actions.hpp"

namespace vfirst::steps {

namespace {
constexpr auto kFile = kernel_paths::kDefaultIrqAffinity;
}

Outcome apply(const SetDefaultIrqAffinity& x, const Machine& machine) {
  Outcome out{.wanted = x.cpus.list()};
  const auto seen = [&]() -> std::optional<CpuSet> {
    const auto text = machine.root.read(kFile);
    if (!text) return std::nullopt;
    const auto set = CpuSet::parse_mask(*text);
    if (!set) return std::nullopt;
    out.got = set->list();
    return *set;
  };
  if (const auto now = seen(); now && *now == x.cpus) return out;
  ++out.writes;
  const auto written = machine.root.write(kFile, x.cpus.mask());
  const auto now = seen();
  if (written && now && *now == x.cpus) {
    out.state = StepState::done;
    return out;
  }
  out.state = StepState::failed;
  out.error = written ? 0 : static_cast<int>(written.error().code);
  out.cause = written ? fmt::format("the kernel accepted CPUs {} but keeps {}", out.wanted, out.got)
                      : written.error().what;
  return out;
}

Observation verify(const SetDefaultIrqAffinity& x, const Machine& machine) {
  Observation out{.wanted = x.cpus.list(), .evidence = std::string(kFile)};
  const auto text = machine.root.read(kFile);
  if (!text) return out;
  const auto now = CpuSet::parse_mask(*text);
  if (!now) return out;
  out.got = now->list();
  out.verdict = *now == x.cpus ? Verdict::ok : Verdict::failed;
  if (*now != x.cpus) out.cause = "another program changed it after early boot";
  return out;
}

}  // namespace vfirst::steps
