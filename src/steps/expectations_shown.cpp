// SPDX-License-Identifier: GPL-2.0-or-later
// Expectations that a file of procfs or sysfs shows as it stands: masks, switches, parameters of
// modules, frequencies.
#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "base/words.hpp"
#include "host/kmsg.hpp"
#include "kargs/module_values.hpp"
#include "steps/expectation_check.hpp"

#include <algorithm>
#include <set>

namespace vfirst {

void ExpectationCheck::isolated(const WantIsolated& x) {
  cpus("isolated CPUs", x.cpus, kernel_paths::kIsolatedCpus, {"isolcpus:", "Housekeeping:"});
  if (!x.cpus.empty()) return;
  row_.wanted = "none";
  if (row_.verdict != Verdict::ok && given())
    row_.cause = fmt::format(
        "CPUs {} are out of the scheduler's balancing, in which isolate = balanced leaves them: "
        "look for isolcpus= of others on the kernel command line, or a cpuset partition",
        row_.got);
}

void ExpectationCheck::irq_affinity(const WantIrqAffinity& x) {
  row_.subject = "CPUs of new interrupts";
  row_.evidence = kernel_paths::kDefaultIrqAffinity;
  mask(x.cpus, {"irqaffinity"});
}

void ExpectationCheck::work_cpus(const WantWorkCpus& x) {
  row_.subject = "CPUs of unbound kernel work";
  row_.evidence = kernel_paths::kWorkCpus;
  mask(x.cpus, {"workqueue:"});
}

void ExpectationCheck::mask(const CpuSet& wanted, std::initializer_list<std::string_view> words) {
  row_.wanted = wanted.list();
  const auto text = root_.read(row_.evidence);
  if (!text) return;
  const auto now = CpuSet::parse_mask(trimmed(*text));
  row_.got = now ? now->list() : *text;
  judge(now && *now == wanted, words);
}

void ExpectationCheck::shown(const WantShown& x) {
  row_.subject = x.name;
  row_.wanted = x.value;
  row_.evidence = x.file;
  const auto text = root_.read(x.file);
  if (!text) {
    row_.got = "not shown";
    row_.cause = "this kernel does not show it, or the module is not loaded";
    return judge_absent({});
  }
  row_.got = trimmed(*text);
  const auto key = expectation_.asked.empty() ? std::string() : expectation_.asked.front().key;
  judge(module_value_shown(x.value, row_.got), {key});
}

// Of each CPU with a frequency driver: one that is offline has none.
void ExpectationCheck::frequency(const WantFrequency& x) {
  row_.subject = "frequency governor";
  row_.wanted = x.preference.empty() ? x.governor
                                     : fmt::format("{}, preference {}", x.governor, x.preference);
  const auto policies = fmt::format("{}/cpufreq", kernel_paths::kCpus);
  row_.evidence = policies + "/policy*/scaling_governor";
  std::set<std::string> got;
  bool ok = true;
  for (const auto& name : root_.list(policies).value_or(std::vector<std::string>{})) {
    if (!name.starts_with("policy")) continue;
    const auto at = fmt::format("{}/{}", policies, name);
    const auto governor = root_.read(at + "/scaling_governor");
    if (!governor) continue;
    std::string now(trimmed(*governor));
    bool same = now == x.governor;
    // A driver without hardware-managed states has no such file.
    if (const auto preference = root_.read(at + "/energy_performance_preference");
        preference && !x.preference.empty()) {
      same = same && trimmed(*preference) == x.preference;
      now += fmt::format(", preference {}", trimmed(*preference));
    }
    ok = ok && same;
    got.insert(std::move(now));
  }
  if (got.empty()) {
    row_.got = "no frequency driver";
    row_.cause = "the firmware keeps the frequencies to itself, or no driver fits this CPU";
    return judge_absent({});
  }
  row_.got = joined(got, "; ");
  judge(ok, {"cpufreq:"});
}

}  // namespace vfirst
