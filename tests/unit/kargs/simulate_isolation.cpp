// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/simulate.hpp"
#include "unit/kargs/simulate.hpp"

#include <catch2/catch_test_macros.hpp>

namespace vfirst {

namespace {
constexpr auto kMustMatch = "Housekeeping: nohz_full= must match isolcpus=";
constexpr auto kBadRange = "Housekeeping: nohz_full= or isolcpus= incorrect CPU range";
constexpr auto kBootCpu = "Housekeeping: must include one present CPU, using boot CPU:0";
}  // namespace

TEST_CASE(
    "the plan's own arguments have their effect on every kernel since 5.6",
    "[cpu][kernel-arguments]") {
  for (const KernelVersion kernel : {KernelVersion{5, 10}, {5, 17}, {5, 18}, {6, 1}, {6, 12}, {}}) {
    const auto seen = booted(
        "isolcpus=managed_irq,domain,2-3 nohz_full=2-3 rcu_nocbs=2-3 irqaffinity=0-1",
        measured_machine(kernel));
    CHECK(seen.worst() == Effect::effective);
    CHECK(seen.isolated.list() == "2-3");
    CHECK(seen.nohz_full.list() == "2-3");
    CHECK(seen.managed_irq.list() == "2-3");
    CHECK(seen.rcu_nocbs.list() == "2-3");
    CHECK(seen.irq_default.list() == "0-1");
    CHECK(seen.log.empty());
  }
}

TEST_CASE(
    "a list from a bigger machine isolates nothing, and goes to init", "[cpu][kernel-arguments]") {
  const auto seen = booted("isolcpus=2-63 nohz_full=2-63");
  CHECK(seen.isolated.empty());
  CHECK(seen.nohz_full.empty());
  CHECK(seen.arguments[0].effect == Effect::ignored);
  CHECK(seen.arguments[0].message == kBadRange);
  CHECK(seen.init_variables == std::vector<std::string>{"isolcpus=2-63", "nohz_full=2-63"});
  CHECK(logs(
      seen,
      "Unknown kernel command line parameters \"isolcpus=2-63 nohz_full=2-63\", will be "
      "passed to user space."));
}

TEST_CASE("the first isolcpus wins", "[cpu][kernel-arguments]") {
  const auto seen = booted("isolcpus=1 isolcpus=3");
  CHECK(seen.isolated.list() == "1");
  CHECK(seen.arguments[0].effect == Effect::effective);
  CHECK(seen.arguments[1].effect == Effect::ignored);
  CHECK(seen.arguments[1].message == kMustMatch);
  CHECK(booted("isolcpus=1 isolcpus=1").worst() == Effect::effective);
}

TEST_CASE("a misspelt flag is passed over", "[cpu][kernel-arguments]") {
  const auto seen = booted("isolcpus=managed_irq,domian,2-3");
  CHECK(seen.isolated.empty());
  CHECK(seen.managed_irq.list() == "2-3");
  CHECK(seen.arguments[0].effect == Effect::partial);
  CHECK(seen.arguments[0].message == "isolcpus: Skipped unknown flag domian");
}

TEST_CASE("before 5.6 managed_irq voids the whole argument", "[cpu][kernel-arguments]") {
  const auto seen = booted("isolcpus=managed_irq,domain,2-3", measured_machine({5, 5}));
  CHECK(seen.isolated.empty());
  CHECK(seen.arguments[0].effect == Effect::ignored);
}

TEST_CASE("Red Hat's kernels take managed_irq before 5.6", "[cpu][kernel-arguments]") {
  const auto on = [](const char* release, std::string_view line) {
    return booted(line, measured_machine(KernelVersion::of(release)));
  };
  for (const auto release :
       {"4.18.0-193.el8.x86_64", "4.18.0-553.el8_10.x86_64", "4.18.0-553.rt7.342.el8_10.x86_64",
        "5.14.0-503.el9.x86_64", "6.12.0-55.el10.x86_64"}) {
    INFO(release);
    const auto seen =
        on(release, "isolcpus=managed_irq,domain,2-3 nohz_full=2-3 rcu_nocbs=2-3 irqaffinity=0-1");
    CHECK(seen.worst() == Effect::effective);
    CHECK(seen.isolated.list() == "2-3");
    CHECK(seen.managed_irq.list() == "2-3");
    CHECK(seen.log.empty());
  }
  constexpr auto kTypo = "isolcpus=managed_irq,domian,2-3";
  CHECK(on("4.18.0-193.el8.x86_64", kTypo).arguments[0].effect == Effect::ignored);
  CHECK(on("4.18.0-209.el8.x86_64", kTypo).arguments[0].effect == Effect::not_judged);
  CHECK(on("4.18.0-553.el8_10.x86_64", kTypo).managed_irq.list() == "2-3");
  const auto early = on("4.18.0-147.el8.x86_64", "isolcpus=managed_irq,domain,2-3");
  CHECK(early.arguments[0].effect == Effect::not_judged);
  CHECK(early.arguments[0].message.empty());
  CHECK(on("5.4.17-2136.el8uek.x86_64", kTypo).arguments[0].effect == Effect::ignored);
}

TEST_CASE(
    "lists that differ: dropped by el8 and the first el9, taken by later el9",
    "[cpu][kernel-arguments]") {
  const auto second = [](const char* release) {
    const auto seen =
        booted("isolcpus=2-3 nohz_full=1-3", measured_machine(KernelVersion::of(release)));
    return seen.arguments[1].effect;
  };
  CHECK(second("4.18.0-553.el8_10.x86_64") == Effect::ignored);
  CHECK(second("5.14.0-70.13.1.el9_0.x86_64") == Effect::ignored);
  CHECK(second("5.14.0-503.el9.x86_64") == Effect::effective);
  CHECK(second("3.10.0-1160.el7.x86_64") == Effect::not_judged);
}

TEST_CASE("where N and all are not known, a list is not judged", "[cpu][kernel-arguments]") {
  for (const auto line : {"isolcpus=2-N", "nohz_full=2-N", "irqaffinity=all", "rcu_nocbs=all"}) {
    INFO(line);
    const auto effect = [&](const char* release) {
      return booted(line, measured_machine(KernelVersion::of(release))).arguments[0].effect;
    };
    CHECK(effect("3.10.0-1160.el7.x86_64") == Effect::not_judged);
    CHECK(effect("4.18.0-553.el8_10.x86_64") != Effect::effective);
    CHECK(effect("5.14.0-503.el9.x86_64") == Effect::effective);
  }
}

TEST_CASE("all CPUs isolated: the boot CPU stays with the host", "[cpu][kernel-arguments]") {
  const auto seen = booted("isolcpus=0-3 nohz_full=0-3");
  CHECK(seen.isolated.list() == "1-3");
  CHECK(seen.nohz_full.list() == "1-3");
  CHECK(seen.arguments[0].effect == Effect::partial);
  CHECK(seen.arguments[0].message == kBootCpu);
  // said once
  CHECK(seen.arguments[1].message.empty());
}

TEST_CASE(
    "two lists that differ: taken silently since 5.18, the second dropped before",
    "[cpu][kernel-arguments]") {
  const auto now = booted("isolcpus=2-3 nohz_full=1-3");
  CHECK(now.isolated.list() == "2-3");
  CHECK(now.nohz_full.list() == "1-3");
  CHECK(now.worst() == Effect::effective);
  const auto before = booted("isolcpus=2-3 nohz_full=1-3", measured_machine({5, 17}));
  CHECK(before.nohz_full.empty());
  CHECK(before.arguments[1].effect == Effect::ignored);
  CHECK(before.arguments[1].message == kMustMatch);
}

TEST_CASE("isolcpus=nohz and nohz_full settle the same kind of work", "[cpu][kernel-arguments]") {
  const auto seen = booted("isolcpus=nohz,domain,2-3 nohz_full=3");
  CHECK(seen.nohz_full.list() == "2-3");
  CHECK(seen.arguments[1].message == kMustMatch);
}

TEST_CASE("the boot CPU keeps its tick though it may be isolated", "[cpu][kernel-arguments]") {
  const auto seen = booted("nohz_full=0-2 isolcpus=0-2");
  CHECK(seen.isolated.list() == "0-2");
  CHECK(seen.nohz_full.list() == "1-2");
  CHECK(seen.arguments[0].effect == Effect::partial);
  CHECK(seen.arguments[1].effect == Effect::effective);
  CHECK(logs(seen, "NO_HZ: Clearing 0 from nohz_full range for timekeeping"));
}

TEST_CASE(
    "a bad rcu_nocbs list means every CPU; a bad irqaffinity counts up to the bad part",
    "[cpu][kernel-arguments][irq]") {
  const auto seen = booted("rcu_nocbs=2-9 irqaffinity=1-2,9");
  CHECK(seen.rcu_nocbs.list() == "0-3");
  CHECK(seen.arguments[0].message == "rcu: rcu_nocbs= bad CPU range, all CPUs set");
  CHECK(seen.irq_default.list() == "0-2");
  CHECK(seen.arguments[1].effect == Effect::partial);
}

TEST_CASE(
    "the boot CPU is always among those of new interrupts, and without a word all are",
    "[cpu][kernel-arguments][irq]") {
  CHECK(booted("irqaffinity=2-3").irq_default.list() == "0,2-3");
  CHECK(booted("irqaffinity=0-1").worst() == Effect::effective);
  CHECK(booted("").irq_default.list() == "0-3");
}

TEST_CASE(
    "tickless CPUs have their RCU callbacks elsewhere unasked, and the last rcu_nocbs wins",
    "[cpu][kernel-arguments]") {
  CHECK(booted("nohz_full=2 rcu_nocbs=3").rcu_nocbs.list() == "2-3");
  const auto seen = booted("rcu_nocbs=2 rcu_nocbs=3");
  CHECK(seen.rcu_nocbs.list() == "3");
  CHECK(seen.arguments[0].effect == Effect::ignored);
}

TEST_CASE("N and strides are read, N not before 5.12", "[cpu][kernel-arguments]") {
  CHECK(booted("isolcpus=2,N").isolated.list() == "2-3");
  CHECK(booted("irqaffinity=0-3:1/2").irq_default.list() == "0,2");
  CHECK(booted("isolcpus=2,N", measured_machine({5, 11})).isolated.empty());
}

TEST_CASE(
    "fewer CPUs by nr_cpus void a list, maxcpus keeps the boot CPU for the host",
    "[cpu][kernel-arguments]") {
  const auto fewer = booted("nr_cpus=2 isolcpus=2-3 nohz_full=1");
  CHECK(fewer.isolated.empty());
  CHECK(fewer.nohz_full.list() == "1");
  CHECK(fewer.irq_default.list() == "0-1");
  CHECK(booted("maxcpus=2 isolcpus=0-1").isolated.list() == "1");
}

TEST_CASE(
    "a kernel without CONFIG_NO_HZ_FULL says so, one without CONFIG_CPU_ISOLATION does not know "
    "the word",
    "[cpu][kernel-arguments]") {
  auto machine = measured_machine();
  machine.options_off = {"CONFIG_NO_HZ_FULL"};
  CHECK(
      booted("nohz_full=2-3", machine).arguments[0].message ==
      "Housekeeping: nohz unsupported. Build with CONFIG_NO_HZ_FULL");
  machine.options_off = {"CONFIG_CPU_ISOLATION"};
  const auto seen = booted("isolcpus=2-3", machine);
  CHECK(seen.isolated.empty());
  CHECK(seen.init_variables == std::vector<std::string>{"isolcpus=2-3"});
}

}  // namespace vfirst
