// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/boot_cpus.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstdlib>

namespace vfirst {

namespace {

// get_option of lib/cmdline.c: a number in C's spelling at the front; what is none counts as 0.
long number_of(const KernelArg& arg) {
  return std::strtol(arg.value.value_or("").c_str(), nullptr, 0);
}

// arm64 has CONFIG_HOTPLUG_SMT, and with it nosmt, since 6.16.
bool has_nosmt(const SimulatedMachine& machine) {
  if (machine.x86()) return true;
  return machine.architecture == "aarch64" &&
         (!machine.kernel.known() || machine.kernel >= KernelVersion{6, 16});
}

// The words of bugs.c that switch SMT off on a CPU with the vulnerability that they name: the value
// that does it, and whether it may be one of several that commas separate.
struct Mitigation {
  std::string_view key, values, bug;
};
constexpr Mitigation kMitigations[] = {
    // l1tf_select_mitigation
    {"l1tf", "flush,nosmt full full,force", "l1tf"},
    // mds_select_mitigation, taa_select_mitigation, mmio_select_mitigation
    {"mds", "full,nosmt", "mds"},
    {"tsx_async_abort", "full,nosmt", "tsx_async_abort"},
    {"mmio_stale_data", "full,nosmt", "mmio_stale_data"},
    // retbleed_parse_cmdline
    {"retbleed", "auto,nosmt unret,nosmt ibpb,nosmt nosmt", "retbleed"},
};

bool is_one_of(std::string_view value, std::string_view values) {
  const auto all = words(values);
  return std::ranges::find(all, value) != all.end();
}

class WordReader {
 public:
  explicit WordReader(const SimulatedMachine& machine) : machine_(machine) {}

  CpuWords read(const CommandLine& line) {
    // kernel/cpu.c, mitigations_parse_cmdline: an unknown value changes nothing, the last one that
    // is known counts.
    const KernelArg* mitigations = nullptr;
    for (const auto& arg : line.args()) {
      counts(arg);
      if (!has_nosmt(machine_)) continue;
      // smt_cmdline_disable: whatever the value, and for good.
      if (arg.is("nosmt")) smt_off(arg);
      if (arg.is("mitigations") && arg.value &&
          is_one_of(split(*arg.value, ';').front(), "off auto auto,nosmt"))
        mitigations = &arg;
    }
    if (!machine_.x86() || (mitigations && mitigations->value == "off")) return out_;
    if (mitigations && mitigations->value->starts_with("auto,nosmt"))
      where(*mitigations, machine_.smt_bugs && !machine_.smt_bugs->empty());
    for (const auto& one : kMitigations)
      if (const auto* arg = line.last(one.key);
          arg && arg->value && is_one_of(*arg->value, one.values))
        where(*arg, machine_.smt_bugs && machine_.smt_bugs->contains(one.bug));
    return out_;
  }

 private:
  void counts(const KernelArg& arg) {
    // init/main.c; setup_nolapic of arch/x86/kernel/apic/apic.c, and without its APIC the boot CPU
    // is alone (topology_apply_cmdline_limits_early).
    // 6.13 took disableapic away.
    const auto& kernel = machine_.kernel;
    const bool older = !kernel.known() || kernel < KernelVersion{6, 13};
    if (arg.is("nosmp") ||
        (machine_.x86() && (arg.is("nolapic") || (arg.is("disableapic") && older)))) {
      out_.brought_up = 0;
      out_.words.push_back(arg);
    }
    // Without ACPI only the tables of old firmware (MP) name the other CPUs. With noapic kernels
    // from 6.9 on have one CPU; 6.13 and some stable ones of 6.12 have all again.
    if (machine_.x86() &&
        ((arg.is("acpi") && arg.value == "off") ||
         (arg.is("noapic") && kernel.known() && kernel >= KernelVersion{6, 9} && older)))
      out_.undecided.push_back(arg);
    if (!arg.value) return;
    if (arg.is("maxcpus")) {
      out_.brought_up = static_cast<unsigned>(std::clamp<long>(number_of(arg), 0, CpuSet::kLimit));
      out_.words.push_back(arg);
    }
    // Each lowers the number, and none raises it (kernel/smp.c, nrcpus).
    if (arg.is("nr_cpus") || (arg.is("possible_cpus") && machine_.x86()))
      if (const auto n = number_of(arg); n > 0 && n < static_cast<long>(CpuSet::kLimit)) {
        out_.possible = std::min(out_.possible.value_or(CpuSet::kLimit), static_cast<unsigned>(n));
        out_.words.push_back(arg);
      }
  }

  void smt_off(const KernelArg& arg) {
    out_.smt_off = true;
    out_.words.push_back(arg);
  }

  void where(const KernelArg& arg, bool vulnerable) {
    if (vulnerable)
      smt_off(arg);
    else if (!machine_.smt_bugs)
      out_.undecided.push_back(arg);
  }

  const SimulatedMachine& machine_;
  CpuWords out_;
};

}  // namespace

CpuWords cpu_words(const CommandLine& line, const SimulatedMachine& machine) {
  return WordReader(machine).read(line);
}

BootedCpus booted_cpus(const CpuWords& words, const SimulatedMachine& machine) {
  BootedCpus out{machine.possible, machine.present, machine.present};
  if (!words.any()) return out;
  const auto first_of = [&](const CpuSet& cpus, std::size_t most, CpuSet& into) {
    for (const auto cpu : cpus.members())
      if (into.size() < most) into.insert(cpu);
  };
  if (words.possible) {
    out.possible = {};
    first_of(machine.possible, *words.possible, out.possible);
  }
  // topology_apply_cmdline_limits_early and, before 6.9, prefill_possible_map.
  if (words.brought_up == 0u && machine.x86()) out.possible = CpuSet{machine.boot_cpu};
  out.present &= out.possible;
  out.online = out.present;
  if (words.smt_off) out.online -= machine.secondary;
  if (!words.brought_up) return out;
  // kernel/cpu.c: x86 brings up the first threads of all cores before the others since 6.5
  // (cpuhp_bringup_cpus_parallel). The boot CPU is up already, and counts.
  const bool first_threads_first =
      machine.x86() && (!machine.kernel.known() || machine.kernel >= KernelVersion{6, 5});
  const auto most = std::max<std::size_t>(*words.brought_up, 1);
  CpuSet started{machine.boot_cpu};
  if (first_threads_first) first_of(out.online - machine.secondary, most, started);
  first_of(out.online, most, started);
  out.online = started;
  return out;
}

}  // namespace vfirst
