// SPDX-License-Identifier: GPL-2.0-or-later
// How the CPUs choose their frequency, and the detectors of lockups.
#include "base/kernel_paths.hpp"
#include "plan/draft.hpp"

namespace vfirst {

namespace {

std::string_view governor_name(Frequency wanted) {
  switch (wanted) {
    case Frequency::performance: return "performance";
    case Frequency::powersave: return "powersave";
    case Frequency::schedutil: return "schedutil";
  }
  return "";
}

std::string_view option_name(Frequency wanted) {
  switch (wanted) {
    case Frequency::performance: return "PERFORMANCE";
    case Frequency::powersave: return "POWERSAVE";
    case Frequency::schedutil: return "SCHEDUTIL";
  }
  return "";
}

// intel_pstate and amd-pstate-epp choose the frequency themselves (their `active` mode): they know
// performance and powersave only.
bool chooses_itself(const std::string& driver) {
  return driver == "intel_pstate" || driver == "amd-pstate-epp";
}

// The driver's argument that the governor needs; absent: none. Passive, the two drivers have other
// names (intel_cpufreq, amd-pstate), and the argument stays what made them so.
std::optional<KernelArg> driver_mode(Draft& draft, Frequency wanted, const Origin& from) {
  const auto& driver = draft.facts.cpu.frequency_driver;
  const bool intel = driver == "intel_pstate" || driver == "intel_cpufreq";
  const bool amd = driver == "amd-pstate-epp" || driver == "amd-pstate";
  if (wanted != Frequency::schedutil || !(intel || amd)) return std::nullopt;
  return draft.arg(
      intel ? "intel_pstate" : "amd_pstate", "passive",
      "its driver chooses the frequency itself unless it is passive", from);
}

void governor(Draft& draft, const Setting<Frequency>& wish) {
  const auto name = std::string(governor_name(wish.value));
  const auto& driver = draft.facts.cpu.frequency_driver;
  std::vector<KernelArg> asked;
  // cpufreq_init_policy() in drivers/cpufreq/cpufreq.c takes it for each CPU, of a driver that
  // chooses itself as well; since 5.9.
  asked.push_back(draft.arg(
      "cpufreq.default_governor", name,
      wish.value == Frequency::performance ? "the CPUs stay at their highest frequency"
      : wish.value == Frequency::powersave
          ? "the CPUs save power: as much as the frequency driver sees fit"
          : "the scheduler's load decides the frequency",
      wish.from));
  if (auto mode = driver_mode(draft, wish.value, wish.from)) asked.push_back(std::move(*mode));
  if (driver.empty())
    draft.add_finding(
        Severity::note, "frequency-driver-unknown", Subject::key("power.frequency"),
        "frequency: this tree shows no frequency driver: the firmware may keep the frequencies to "
        "itself",
        {wish.from});
  if (wish.value == Frequency::powersave && !driver.empty() && !chooses_itself(driver))
    draft.add_finding(
        Severity::warning, "frequency-lowest", Subject::key("power.frequency"),
        fmt::format(
            "frequency = powersave: with {} the CPUs stay at their lowest frequency", driver),
        {wish.from});
  if (!chooses_itself(driver) || wish.value == Frequency::schedutil)
    for (const auto* kernel : draft.target_kernels()) {
      const auto option = fmt::format("CONFIG_CPU_FREQ_GOV_{}", option_name(wish.value));
      const auto set = kernel->config.find(option);
      if (set == kernel->config.end() || set->second != "m") continue;
      draft.add_finding(
          Severity::warning, "frequency-governor-module", Subject::kernel(kernel->release),
          fmt::format(
              "kernel {} has the governor {} as a module, which is not there yet when the kernel "
              "reads cpufreq.default_governor={}",
              kernel->release, name, name),
          {wish.from}, {Subject::option(option), Subject::argument("cpufreq.default_governor")});
    }
  // With `performance` these drivers set the preference, too (intel_pstate.c,
  // intel_pstate_hwp_set; amd-pstate.c, amd_pstate_epp_update_limit).
  const bool preference = wish.value == Frequency::performance && chooses_itself(driver);
  draft.expect(WantFrequency{name, preference ? "performance" : ""}, std::move(asked), wish.from);
}

// nowatchdog switches off both detectors (kernel/watchdog.c, nowatchdog_setup). On x86 the hard one
// has a word of its own; other architectures may not have that detector.
void no_watchdogs(Draft& draft, const Origin& from) {
  const auto both =
      draft.arg("nowatchdog", std::nullopt, "no CPU is woken up by the lockup detectors", from);
  std::vector<KernelArg> hard{both};
  if (draft.x86())
    hard.push_back(draft.arg(
        "nmi_watchdog", "0", "frees the performance counter of the hard lockup detector", from));
  draft.expect(
      WantShown{"lockup detectors", std::string(kernel_paths::kWatchdog), "0"}, {both}, from);
  draft.expect(
      WantShown{"hard lockup detector", std::string(kernel_paths::kHardWatchdog), "0"},
      std::move(hard), from);
}

}  // namespace

Status plan_frequency(Draft& draft) {
  const auto& power = draft.policy.power;
  if (power.frequency) governor(draft, *power.frequency);
  if (power.watchdogs && !power.watchdogs->value) no_watchdogs(draft, power.watchdogs->from);
  return {};
}

}  // namespace vfirst
