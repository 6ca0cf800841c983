// SPDX-License-Identifier: GPL-2.0-or-later
// [module NAME], [power] frequency and watchdogs: their arguments, and where each is proved.
#include "plan/simulated.hpp"
#include "unit/plan/machine.hpp"
#include "unit/words.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

std::vector<WantShown> shown_by(const Plan& plan) {
  std::vector<WantShown> out;
  for (const auto& one : plan.expectations)
    if (const auto* want = std::get_if<WantShown>(&one.want)) out.push_back(*want);
  return out;
}

const WantFrequency* frequency_of(const Plan& plan) {
  for (const auto& one : plan.expectations)
    if (const auto* want = std::get_if<WantFrequency>(&one.want)) return want;
  return nullptr;
}

Facts with_driver(const char* driver) {
  auto facts = Machine{}.facts();
  facts.cpu.frequency_driver = driver;
  return facts;
}

}  // namespace

TEST_CASE(
    "a module's parameters are arguments in one spelling, proved by its file in sysfs",
    "[kernel-arguments][report]") {
  const auto made = plan(
      Machine{}.facts(),
      "[module kvm-intel]\nple-gap = 0\nnested = y\n[module ixgbe]\nmax_vfs = 4,8\n");
  CHECK(made.cmdline() == "kvm_intel.nested=y kvm_intel.ple_gap=0 ixgbe.max_vfs=4,8");
  CHECK(
      shown_by(made) ==
      std::vector<WantShown>{
          {"nested of module kvm_intel", "sys/module/kvm_intel/parameters/nested", "y"},
          {"ple_gap of module kvm_intel", "sys/module/kvm_intel/parameters/ple_gap", "0"},
          {"max_vfs of module ixgbe", "sys/module/ixgbe/parameters/max_vfs", "4,8"}});
  CHECK(made.kargs[1].policy == Origin{"p.ini", 2});
  CHECK_FALSE(finding(made, "module-missing"));
  CHECK(not_effective(
            planned_line(Machine{}.facts(), made), made.arguments().list(),
            simulated_machine(Machine{}.facts()))
            .empty());
}

TEST_CASE("a value with a blank is quoted as the kernel reads it", "[kernel-arguments][report]") {
  const auto made = plan(Machine{}.facts(), "[module dyn]\nquery = file a.c +p\n");
  CHECK(made.cmdline() == "dyn.query=\"file a.c +p\"");
}

TEST_CASE(
    "a parameter or a module that the planned kernel does not have is a finding with its line",
    "[kernel-arguments][report]") {
  auto facts = Machine{}.facts();
  auto& kernel = facts.kernels[0];
  kernel.modules_known = true;
  kernel.modules = {{"kvm_intel", ModuleState::loadable}, {"kvm_amd", ModuleState::missing}};
  kernel.parameters = {{"kvm_intel", {"nested", "ple_gap"}}};
  const auto wrong =
      plan(facts, "[module kvm_intel]\nnested = 1\nple_gapp = 0\n[module kvm_amd]\nsev = 0\n");
  CHECK_WORDS(
      message(wrong, "module-parameter-unknown") ==
      "p.ini:3: module kvm_intel of kernel 6.12.95+deb13-amd64 has no parameter ple_gapp; did you "
      "mean ple_gap?");
  CHECK_WORDS(
      message(wrong, "module-missing") ==
      "p.ini:4: kernel 6.12.95+deb13-amd64 has no module kvm_amd: its parameters have no effect");
  const auto right = plan(facts, "[module kvm-intel]\nple-gap = 0\n");
  CHECK_FALSE(finding(right, "module-parameter-unknown"));

  // rcutree is a part of the kernel: no module index has it, and the running kernel shows its
  // parameters.
  kernel.running = true;
  kernel.modules["rcutree"] = ModuleState::missing;
  kernel.parameters["rcutree"] = {"blimit", "use_softirq"};
  const auto part = plan(facts, "[module rcutree]\nblimit = 20\n");
  CHECK_FALSE(finding(part, "module-missing"));
  CHECK(finding(plan(facts, "[module rcutree]\nblimits = 20\n"), "module-parameter-unknown"));
}

TEST_CASE(
    "frequency is the kernel's default governor, and what the driver needs for it",
    "[power][report]") {
  const auto performance = plan(with_driver("intel_pstate"), "[power]\nfrequency = performance\n");
  CHECK(performance.cmdline() == "cpufreq.default_governor=performance");
  REQUIRE(frequency_of(performance));
  CHECK(*frequency_of(performance) == WantFrequency{"performance", "performance"});

  const auto plain = plan(with_driver("acpi-cpufreq"), "[power]\nfrequency = performance\n");
  CHECK(*frequency_of(plain) == WantFrequency{"performance", ""});

  const auto intel = plan(with_driver("intel_pstate"), "[power]\nfrequency = schedutil\n");
  CHECK(intel.cmdline() == "cpufreq.default_governor=schedutil intel_pstate=passive");
  const auto amd = plan(with_driver("amd-pstate-epp"), "[power]\nfrequency = schedutil\n");
  CHECK(amd.cmdline() == "cpufreq.default_governor=schedutil amd_pstate=passive");
  // A passive driver is called intel_cpufreq, and needs no more: the plan stays as it is only if
  // the argument does.
  const auto after = plan(with_driver("acpi-cpufreq"), "[power]\nfrequency = schedutil\n");
  CHECK(after.cmdline() == "cpufreq.default_governor=schedutil");
}

TEST_CASE(
    "a booted plan is planned again: a driver made passive keeps the argument that made it so",
    "[power][report]") {
  for (const auto& [before, after] :
       {std::pair{"intel_pstate", "intel_cpufreq"}, {"amd-pstate-epp", "amd-pstate"}}) {
    const auto first = plan(with_driver(before), "[power]\nfrequency = schedutil\n");
    auto facts = with_driver(after);
    facts.boot.cmdline = "root=/dev/vda1 " + first.cmdline();
    facts.boot.own_arguments = {first.cmdline()};
    CHECK(plan(facts, "[power]\nfrequency = schedutil\n").cmdline() == first.cmdline());
  }
}

TEST_CASE("what a frequency costs or lacks is said", "[power][report]") {
  CHECK(finding(
      plan(with_driver("acpi-cpufreq"), "[power]\nfrequency = powersave\n"), "frequency-lowest"));
  CHECK_FALSE(finding(
      plan(with_driver("intel_pstate"), "[power]\nfrequency = powersave\n"), "frequency-lowest"));
  CHECK(finding(
      plan(with_driver(""), "[power]\nfrequency = performance\n"), "frequency-driver-unknown"));
  auto facts = with_driver("acpi-cpufreq");
  facts.kernels[0].config_known = true;
  facts.kernels[0].config = {{"CONFIG_CPU_FREQ_GOV_POWERSAVE", "m"}};
  CHECK(finding(plan(facts, "[power]\nfrequency = powersave\n"), "frequency-governor-module"));
  CHECK(finding(
      plan(with_driver("acpi-cpufreq"), "[power]\nfrequency = performance\n", "5.4.0-200-generic"),
      "kernel-too-old"));
}

TEST_CASE("watchdogs = off is proved by both switches of the kernel", "[power][report]") {
  const auto made = plan(Machine{}.facts(), "[power]\nwatchdogs = off\n");
  CHECK(made.cmdline() == "nowatchdog nmi_watchdog=0");
  CHECK(
      shown_by(made) == std::vector<WantShown>{
                            {"lockup detectors", "proc/sys/kernel/watchdog", "0"},
                            {"hard lockup detector", "proc/sys/kernel/nmi_watchdog", "0"}});
  CHECK(plan(Machine{}.facts(), "[power]\nwatchdogs = on\n").cmdline().empty());
  auto arm = Machine{}.facts();
  arm.cpu.architecture = "aarch64";
  CHECK(plan(arm, "[power]\nwatchdogs = off\n").cmdline() == "nowatchdog");
}
