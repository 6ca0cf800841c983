// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/value_rules.hpp"

#include "base/text.hpp"
#include "kargs/crash_size.hpp"
#include "kargs/simulate_topic.hpp"

#include <algorithm>
#include <cctype>

namespace vfirst {

namespace {

enum class How {
  // strcmp.
  exact,
  // strncmp: `onward` counts as `on`.
  begins,
  // kstrtoint and get_option.
  number,
  // kstrtobool.
  truth
};

struct Rule {
  std::string_view key;
  How how;
  // Separated by blanks.
  std::string_view values;
  // What the kernel prints about another value, %s for it.
  std::string_view message;
};

constexpr std::string_view kMalformed = "Malformed early option '%k'";

// Each from the function that reads it.
constexpr Rule kRules[] = {
    // arch/x86/kernel/process.c, idle_setup
    {"idle", How::exact, "poll halt nomwait", kMalformed},
    // drivers/idle/intel_idle.c, drivers/acpi/processor_idle.c, drivers/cpuidle/cpuidle.c
    {"intel_idle.max_cstate", How::number, "", ""},
    {"processor.max_cstate", How::number, "", ""},
    {"cpuidle.off", How::number, "", ""},
    // drivers/cpufreq/intel_pstate.c, intel_pstate_setup; amd-pstate.c, amd_pstate_param
    {"intel_pstate", How::exact,
     "disable active passive no_hwp force hwp_only per_cpu_perf_limits support_acpi_ppc", ""},
    {"amd_pstate", How::exact, "disable passive active guided", kMalformed},
    // drivers/cpufreq/cpufreq.c, cpufreq_init_policy: another name is passed over.
    {"cpufreq.default_governor", How::exact,
     "performance powersave schedutil ondemand conservative userspace", ""},
    // kernel/time/tick-sched.c, skew_tick
    {"skew_tick", How::number, "", ""},
    // arch/x86/kernel/tsc.c, tsc_setup
    {"tsc", How::begins, "reliable noirqtime unstable nowatchdog recalibrate watchdog", ""},
    // kernel/watchdog.c, hardlockup_panic_setup
    {"nmi_watchdog", How::begins, "panic nopanic 0 1 r", ""},
    // mm/huge_memory.c, setup_transparent_hugepage
    {"transparent_hugepage", How::exact, "always madvise never",
     "transparent_hugepage= cannot parse, ignored"},
    // mm/mempolicy.c, setup_numabalancing
    {"numa_balancing", How::exact, "enable disable", "Unable to parse numa_balancing="},
    // kernel/cpu.c, mitigations_parse_cmdline
    {"mitigations", How::exact, "off auto auto,nosmt",
     "Unsupported mitigations=%s, system may still be vulnerable"},
    // kernel/sched/core.c, setup_preempt_mode; `lazy` since 6.13
    {"preempt", How::exact, "none voluntary full lazy", "Dynamic Preempt: unsupported mode: %s"},
    // drivers/pci/pcie/aspm.c, pcie_aspm_disable
    {"pcie_aspm", How::begins, "off force", ""},
    // kernel/panic.c and kernel/rcu/tree.c
    {"panic", How::number, "", ""},
    {"rcutree.nohz_full_patience_delay", How::number, "", ""},
    // mm/hugetlb_vmemmap.c
    {"hugetlb_free_vmemmap", How::truth, "", ""},
};

bool is_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const int base = text.starts_with("0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  return parse_number(text, base).has_value();
}

bool is_truth(std::string_view text) {
  const auto small = lowered(text);
  return !small.empty() && (std::string_view("yt1nf0").find(small[0]) != std::string_view::npos ||
                            small.starts_with("on") || small.starts_with("of"));
}

bool takes(const Rule& rule, std::string_view value, const SimulatedMachine& machine) {
  if (rule.how == How::number) return is_number(value);
  if (rule.how == How::truth) return is_truth(value);
  // Since 6.17 attack vectors may follow (kernel/cpu.c, mitigations_parse_cmdline).
  if (rule.key == "mitigations" &&
      (!machine.kernel.known() || machine.kernel >= KernelVersion{6, 17}))
    value = value.substr(0, value.find(';'));
  return std::ranges::any_of(words(rule.values), [&](std::string_view known) {
    return rule.how == How::exact ? value == known : value.starts_with(known);
  });
}

// A size of memparse's: digits and one letter.
bool is_size(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto unit = text.substr(digits);
  return digits > 0 &&
         (unit.empty() || (unit.size() == 1 && std::string_view("KMGTkmgt").contains(unit[0])));
}

// kernel/crash_core.c (crash_reserve.c since 6.9), parse_crashkernel: SIZE[@OFFSET], SIZE,high,
// SIZE,low, SIZE,cma (6.17), START-[END]:SIZE,...[@OFFSET]. RHEL 7 and 8 have `auto` besides.
bool is_crash_size(std::string_view value, const SimulatedMachine& machine) {
  if (value == "auto") return machine.release_is_el(7) || machine.release_is_el(8);
  const auto comma = value.find(',');
  const auto suffix = comma == value.npos ? std::string_view() : value.substr(comma + 1);
  if (value.find(':') == value.npos &&
      (suffix == "high" || suffix == "low" || (suffix == "cma" && knows_crash_cma(machine))))
    return is_size(value.substr(0, comma));
  value = value.substr(0, value.find('@'));
  if (value.find(':') == value.npos) return is_size(value);
  return std::ranges::all_of(split(value, ','), [](std::string_view part) {
    const auto colon = part.find(':'), dash = part.find('-');
    return colon != part.npos && dash < colon && is_size(part.substr(colon + 1)) &&
           is_size(part.substr(0, dash)) &&
           (dash + 1 == colon || is_size(part.substr(dash + 1, colon - dash - 1)));
  });
}

// What parse_crashkernel_simple says of a value that it cannot read.
std::string crash_size_message(std::string_view value) {
  const auto digits = std::min(value.find_first_not_of("0123456789"), value.size());
  const auto rest = value.substr(digits);
  const auto behind = rest.find_first_not_of("KMGTPEkmgtpe");
  if (digits == 0 || value.contains(':') || behind == rest.npos)
    return "crashkernel: memory value expected";
  return fmt::format("crashkernel: unrecognized char: {}", rest[behind]);
}

ValueVerdict verdict(bool taken, std::string message) {
  if (taken) return {ValueVerdict::Kind::taken, {}};
  return {ValueVerdict::Kind::refused, std::move(message)};
}

}  // namespace

ValueVerdict judge_value(const KernelArg& arg, const SimulatedMachine& machine) {
  const auto value = arg.value.value_or("");
  if (arg.is("crashkernel"))
    return verdict(is_crash_size(value, machine), crash_size_message(value));
  if (arg.is("workqueue.unbound_cpus")) {
    const auto last = machine.possible.last();
    return verdict(
        simulated::kernel_list(value, last ? *last + 1 : CpuSet::kLimit, machine.kernel)
            .has_value(),
        {});
  }
  const auto rule = std::ranges::find_if(kRules, [&](const Rule& one) { return arg.is(one.key); });
  if (rule == std::end(kRules)) return {};
  std::string message(rule->message);
  const auto put = [&](std::string_view mark, std::string_view text) {
    if (const auto at = message.find(mark); at != message.npos) message.replace(at, 2, text);
  };
  put("%k", arg.key);
  put("%s", value);
  const bool taken = takes(*rule, value, machine);
  // Red Hat may have carried 6.17's attack vectors back.
  if (!taken && rule->key == "mitigations" && machine.kernel.el && value.contains(';')) return {};
  return verdict(taken, std::move(message));
}

}  // namespace vfirst
