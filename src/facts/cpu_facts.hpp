// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The CPUs of a machine: a part of the Facts (facts.hpp).

#include "base/cpu_set.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vfirst {

struct Cpu {
  // Hybrid parts: cpu_core, cpu_atom and cpu_lowpower, or cpu_capacity. low_power: the slowest
  // cores of three kinds, and those outside of the others' last-level cache.
  enum class Kind { uniform, performance, efficiency, low_power };
  unsigned id = 0;
  // `core` is core_id, unique only within package and die.
  int package = -1, die = -1, core = -1, node = -1;
  // SMT siblings, this CPU among them; online ones only.
  CpuSet siblings;
  // CPUs that share its last-level cache.
  CpuSet l3;
  Kind kind = Kind::uniform;
  bool operator==(const Cpu&) const = default;
};

// A state of cpu0/cpuidle, in the order of the directories: state0, state1, ...
struct IdleState {
  // "POLL", "C1E", "C6"; of ARM "WFI", "cpu-sleep-0".
  std::string name;
  // How long the CPU takes to wake up, at most.
  unsigned latency_us = 0;
  bool operator==(const IdleState&) const = default;
};

struct CpuFacts {
  // "x86_64", "aarch64".
  std::string architecture;
  // "intel", "amd", "arm", or as /proc/cpuinfo spells it.
  std::string vendor;
  std::string model;
  CpuSet possible, present, online;
  // What the running kernel does now.
  CpuSet isolated, nohz_full;
  // Online ones, by number.
  std::vector<Cpu> cpus;
  // x86 pdpe1gb; arm64: 4K pages.
  std::optional<bool> gigabyte_pages;
  std::optional<bool> smt_active;
  // The vulnerabilities for which the kernel switches SMT off where an argument asks for it
  // (mitigations=auto,nosmt): "mds", "l1tf", ... Absent: not shown.
  std::optional<std::vector<std::string>> smt_bugs;
  // cpuidle/current_driver.
  std::string idle_driver;
  // Those that this boot has; empty: not shown.
  std::vector<IdleState> idle_states;
  std::string clocksource;
  // cpu0/cpufreq/scaling_driver: "intel_pstate", "acpi-cpufreq"; "" where it is not shown.
  std::string frequency_driver;
  // AMD's SEV-SNP, by the flag of proc/cpuinfo. A kernel shows it only where it can host such
  // guests and the firmware has set memory aside for it. Absent: not shown.
  std::optional<bool> sev_snp;
  // The line of modprobe.d with which kvm_amd does not use it: "etc/modprobe.d/kvm.conf:3".
  std::string snp_declined;
  // The chip, as its firmware calls it (sys/devices/soc0/soc_id): "jep106:036b:0241".
  std::string soc;
  // "" or why the topology is partly guessed.
  std::string topology_source;
  bool operator==(const CpuFacts&) const = default;
};

}  // namespace vfirst
