// SPDX-License-Identifier: GPL-2.0-or-later
// verify: what a file of procfs or sysfs shows of an argument's effect.
#include "fakesys/machine.hpp"
#include "steps/observe.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::fake;

namespace {

VerifyRow checked(
    FakeMachine& fake, Want want, const std::string& asked, const std::string& cmdline) {
  fake.sysfs.put("proc/cmdline", cmdline);
  return check_expectation({std::move(want), split_arguments(asked), {}}, fake.sysfs, {});
}

VerifyRow parameter(FakeMachine& fake, const std::string& value, std::string_view cmdline = {}) {
  const auto word = "kvm_intel.ple_gap=" + value;
  return checked(
      fake,
      WantShown{"ple_gap of module kvm_intel", "sys/module/kvm_intel/parameters/ple_gap", value},
      word, cmdline.empty() ? word : std::string(cmdline));
}

}  // namespace

TEST_CASE(
    "a module's parameter is proved by its file, missed by another value, and unknown without one",
    "[steps][kernel-arguments]") {
  FakeMachine fake;
  auto row = parameter(fake, "0");
  CHECK(row.verdict == Verdict::unknown);
  CHECK(row.got == "not shown");
  row = parameter(fake, "0", "quiet");
  CHECK(row.verdict == Verdict::failed);

  fake.sysfs.put("sys/module/kvm_intel/parameters/ple_gap", "0\n");
  row = parameter(fake, "0");
  CHECK(row.verdict == Verdict::ok);
  CHECK(row.subject == "ple_gap of module kvm_intel");
  CHECK(row.evidence == "sys/module/kvm_intel/parameters/ple_gap");
  CHECK(parameter(fake, "0x0").verdict == Verdict::ok);
  row = parameter(fake, "128");
  CHECK(row.verdict == Verdict::ignored);
  CHECK(row.got == "0");

  fake.sysfs.put("sys/module/kvm_intel/parameters/ple_gap", "N\n");
  for (const auto* off : {"0", "n", "N", "off", "false"})
    CHECK(parameter(fake, off).verdict == Verdict::ok);
  CHECK(parameter(fake, "1").verdict == Verdict::ignored);
}

TEST_CASE("watchdogs that still run are named", "[steps]") {
  FakeMachine fake;
  const auto look = [&] {
    return checked(
        fake, WantShown{"lockup detectors", "proc/sys/kernel/watchdog", "0"}, "nowatchdog",
        "quiet nowatchdog");
  };
  CHECK(look().verdict == Verdict::unknown);
  fake.sysfs.put("proc/sys/kernel/watchdog", "1\n");
  CHECK(look().verdict == Verdict::ignored);
  fake.sysfs.put("proc/sys/kernel/watchdog", "0\n");
  CHECK(look().verdict == Verdict::ok);
}

TEST_CASE("the frequency of each CPU is looked at, the driver's preference too", "[steps]") {
  FakeMachine fake;
  const auto look = [&](const std::string& preference) {
    return checked(
        fake, WantFrequency{"performance", preference}, "cpufreq.default_governor=performance",
        "cpufreq.default_governor=performance");
  };
  CHECK(look("").verdict == Verdict::unknown);
  CHECK(look("").got == "no frequency driver");
  const auto put = [&](unsigned cpu, const std::string& file, const std::string& text) {
    fake.sysfs.put(fmt::format("sys/devices/system/cpu/cpufreq/policy{}/{}", cpu, file), text);
  };
  put(0, "scaling_governor", "performance\n");
  put(1, "scaling_governor", "performance\n");
  CHECK(look("").verdict == Verdict::ok);
  // A driver without such states has no preference.
  CHECK(look("performance").verdict == Verdict::ok);
  put(1, "energy_performance_preference", "balance_performance\n");
  CHECK(look("").verdict == Verdict::ok);
  CHECK(look("performance").verdict == Verdict::ignored);
  CHECK(look("performance").got == "performance; performance, preference balance_performance");
  put(1, "scaling_governor", "powersave\n");
  CHECK(look("").verdict == Verdict::ignored);
}

TEST_CASE("a balanced host has no isolated CPU; one that has is told why", "[steps][cpu]") {
  FakeMachine fake;
  const auto look = [&] {
    return checked(
        fake, WantIsolated{}, "isolcpus=managed_irq,2-3", "isolcpus=1 isolcpus=managed_irq,2-3");
  };
  fake.sysfs.put("sys/devices/system/cpu/isolated", "\n");
  CHECK(look().verdict == Verdict::ok);
  CHECK(look().wanted == "none");
  CHECK(look().got == "none");
  fake.sysfs.put("sys/devices/system/cpu/isolated", "1\n");
  const auto row = look();
  CHECK(row.verdict == Verdict::ignored);
  CHECK_WORDS(row.cause.find("CPUs 1 are out of the scheduler's balancing") != row.cause.npos);
}

TEST_CASE("the CPUs of unbound kernel work are read as a mask", "[steps][cpu]") {
  FakeMachine fake;
  const auto look = [&] {
    return checked(
        fake, WantWorkCpus{CpuSet{0, 1, 4, 5}}, "workqueue.unbound_cpus=0-1,4-5",
        "workqueue.unbound_cpus=0-1,4-5");
  };
  CHECK(look().verdict == Verdict::unknown);
  fake.sysfs.put("sys/devices/virtual/workqueue/cpumask", "33\n");
  CHECK(look().verdict == Verdict::ok);
  fake.sysfs.put("sys/devices/virtual/workqueue/cpumask", "ff\n");
  CHECK(look().verdict == Verdict::ignored);
}
