// SPDX-License-Identifier: GPL-2.0-or-later
// Idle states by the machine's own table: numbers of entries are no C-numbers.
#include "plan/simulated.hpp"
#include "unit/plan/machine.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

Facts with_states(std::vector<IdleState> states, std::string driver = "intel_idle") {
  auto facts = Machine{}.facts();
  facts.cpu.idle_states = std::move(states);
  facts.cpu.idle_driver = std::move(driver);
  return facts;
}

Facts ice_lake() {
  return with_states({{"POLL", 0}, {"C1", 1}, {"C1E", 4}, {"C6", 170}});
}
Facts skylake() {
  return with_states(
      {{"POLL", 0}, {"C1", 2}, {"C1E", 10}, {"C3", 70}, {"C6", 85}, {"C7s", 124}, {"C8", 200}});
}

std::string arguments_for(const Facts& facts, std::string_view power) {
  return plan(facts, fmt::format("[power]\n{}\n", power)).cmdline();
}

std::string pair(unsigned entry, unsigned acpi) {
  return fmt::format("intel_idle.max_cstate={} processor.max_cstate={}", entry, acpi);
}

const WantMaxCstate& wanted(const Plan& plan) {
  for (const auto& expectation : plan.expectations)
    if (const auto* want = std::get_if<WantMaxCstate>(&expectation.want)) return *want;
  throw std::runtime_error("nothing is expected of idle states");
}

}  // namespace

TEST_CASE("a C-number becomes the number of this machine's own state", "[power]") {
  CHECK(arguments_for(ice_lake(), "max-cstate = 3") == pair(2, 3));
  CHECK(arguments_for(ice_lake(), "max-cstate = 6") == pair(3, 6));
  CHECK(arguments_for(ice_lake(), "max-cstate = 5") == pair(2, 5));
  CHECK(arguments_for(skylake(), "max-cstate = 3") == pair(3, 3));
  CHECK(arguments_for(skylake(), "max-cstate = 6") == pair(4, 6));
  CHECK(arguments_for(skylake(), "max-cstate = 7") == pair(5, 7));
  // The same in each table.
  for (const auto& facts : {ice_lake(), skylake(), Machine{}.facts()}) {
    CHECK(arguments_for(facts, "max-cstate = 0") == pair(0, 1));
    CHECK(arguments_for(facts, "max-cstate = 1") == pair(1, 1));
    CHECK(arguments_for(facts, "max-cstate = 2") == pair(2, 2));
  }
  const auto made = plan(ice_lake(), "[power]\nmax-cstate = 3\n");
  CHECK(
      made.kargs[0].because ==
      "no idle state deeper than C1E (state 2, 4 us), the deepest here up to C3");
  CHECK(wanted(made).state == 2u);
  CHECK(wanted(made).name == "C1E");
}

TEST_CASE("the booted host, which shows no deeper states, has the same plan", "[power]") {
  for (const auto* power : {"max-cstate = 3", "max-latency-us = 20", "max-latency-us = 4"}) {
    INFO(power);
    auto facts = ice_lake();
    const auto before = arguments_for(facts, power);
    CHECK(before.starts_with("intel_idle.max_cstate=2 "));
    facts.boot.cmdline = before;
    facts.cpu.idle_states.pop_back();
    CHECK(arguments_for(facts, power) == before);
  }
  // What lies behind the bound of this boot is not known.
  auto facts = with_states({{"POLL", 0}, {"C1", 1}});
  facts.boot.cmdline = "intel_idle.max_cstate=1";
  CHECK(finding(plan(facts, "[power]\nmax-cstate = 6\n"), "idle-states-hidden"));
}

TEST_CASE("a C-number above 2 without the machine's table is a warning", "[power]") {
  CHECK(finding(plan(Machine{}.facts(), "[power]\nmax-cstate = 3\n"), "cstate-unmapped"));
  CHECK_FALSE(finding(plan(Machine{}.facts(), "[power]\nmax-cstate = 2\n"), "cstate-unmapped"));
  // acpi_idle counts as ACPI does.
  const auto acpi =
      with_states({{"POLL", 0}, {"C1_ACPI", 1}, {"C2_ACPI", 151}, {"C3_ACPI", 1034}}, "acpi_idle");
  CHECK_FALSE(finding(plan(acpi, "[power]\nmax-cstate = 3\n"), "cstate-unmapped"));
}

TEST_CASE("a bound in microseconds", "[power]") {
  CHECK(arguments_for(ice_lake(), "max-latency-us = 10") == pair(2, 1));
  CHECK(arguments_for(ice_lake(), "max-latency-us = 200") == pair(3, 6));
  CHECK(arguments_for(skylake(), "max-latency-us = 80") == pair(3, 3));
  // Never polling.
  const auto least = plan(skylake(), "[power]\nmax-latency-us = 1\n");
  CHECK(least.cmdline() == pair(1, 1));
  CHECK(finding(least, "latency-too-small"));
  auto amd = with_states({{"POLL", 0}, {"C1", 1}, {"C2", 400}}, "acpi_idle");
  amd.cpu.vendor = "amd";
  CHECK(arguments_for(amd, "max-latency-us = 100") == "processor.max_cstate=1");
  CHECK(arguments_for(amd, "max-latency-us = 400") == "processor.max_cstate=2");
  const auto unknown = plan(Machine{}.facts(), "[power]\nmax-latency-us = 10\n");
  CHECK(unknown.cmdline().empty());
  CHECK(finding(unknown, "idle-states-unknown"));
  CHECK(refusal(ice_lake(), "[power]\nmax-cstate = 1\nmax-latency-us = 10\n")
            .contains("bound the same thing"));
}

TEST_CASE("a latency below that of the first idle state polls as well", "[power]") {
  const auto with = [](const Facts& facts, unsigned us) {
    return plan(
        facts, fmt::format("[cpu]\nisolate = yes\n[power]\nisolated-latency-us = {}\n", us));
  };
  CHECK(
      message(with(skylake(), 1), "latency-polls") ==
      "p.ini:4: isolated-latency-us = 1: C1 takes 2 us to leave here, so every idle isolated CPU "
      "polls, as with idle=poll: it takes power and turbo frequency from the SMT sibling; 2 us let "
      "it enter C1");
  CHECK_FALSE(finding(with(skylake(), 2), "latency-polls"));
  CHECK_FALSE(finding(with(ice_lake(), 1), "latency-polls"));
  CHECK(finding(with(with_states({{"POLL", 0}, {"C1", 18}}, "acpi_idle"), 10), "latency-polls"));
  // ARM's first state does not poll.
  CHECK_FALSE(finding(
      with(with_states({{"WFI", 1}, {"cpu-sleep-0", 200}}, "psci_idle"), 1), "latency-polls"));
}

TEST_CASE("a bound has no effect where the next boot has no idle states", "[power]") {
  const auto with = [](std::string_view words, std::string_view power) {
    auto facts = ice_lake();
    facts.boot.cmdline = words;
    return plan(facts, fmt::format("[power]\n{}\n", power));
  };
  CHECK(
      message(with("quiet idle=poll", "max-cstate = 1"), "idle-states-absent") ==
      "p.ini:2: max-cstate: with idle=poll the kernel has no idle states, so this bound has no "
      "effect: every idle CPU polls");
  CHECK(message(with("idle=halt", "max-latency-us = 10"), "idle-states-absent")
            .contains("an idle CPU halts (C1)"));
  CHECK(finding(with("cpuidle.off=1", "max-cstate = 1"), "idle-states-absent"));
  CHECK_FALSE(finding(with("cpuidle.off=0", "max-cstate = 1"), "idle-states-absent"));
  CHECK_FALSE(finding(with("idle=nomwait", "max-cstate = 1"), "idle-states-absent"));
  // The policy's own word.
  CHECK(finding(
      plan(ice_lake(), "[power]\nmax-cstate = 1\n[kernel]\nextra = idle=poll\n"),
      "idle-states-absent"));
}

TEST_CASE("others bound the idle states in the boot loader's line", "[power]") {
  auto facts = ice_lake();
  facts.boot.cmdline = "intel_idle.max_cstate=1 processor.max_cstate=1";
  facts.boot.next = {"Debian", "boot/grub/grub.cfg:7", facts.boot.cmdline, "", ""};
  facts.cpu.idle_states = {{"POLL", 0}, {"C1", 1}};
  // Before ours: the last word of a module's parameter counts.
  CHECK(without_effect(facts, plan(facts, "[power]\nmax-cstate = 2\n")).empty());
  // Behind ours, it is theirs that counts.
  facts.boot.next = {"Debian", "boot/grub/grub.cfg:7", "", "intel_idle.max_cstate=0", ""};
  CHECK_FALSE(without_effect(facts, plan(facts, "[power]\nmax-cstate = 2\n")).empty());
}

TEST_CASE("names of newer states", "[power]") {
  // Granite Rapids, and Sierra Forest.
  const auto granite = with_states({{"POLL", 0}, {"C1", 1}, {"C1E", 4}, {"C6", 170}, {"C6P", 210}});
  CHECK(arguments_for(granite, "max-cstate = 6") == pair(4, 6));
  CHECK(arguments_for(granite, "max-latency-us = 200") == pair(3, 6));
  const auto sierra =
      with_states({{"POLL", 0}, {"C1", 1}, {"C1E", 2}, {"C6S", 270}, {"C6SP", 310}});
  CHECK(arguments_for(sierra, "max-cstate = 5") == pair(2, 5));
  CHECK(arguments_for(sierra, "max-cstate = 9") == pair(4, 9));
  // Of ACPI, which intel_idle takes where it has no table of its own.
  const auto by_acpi =
      with_states({{"POLL", 0}, {"C1_ACPI", 1}, {"C2_ACPI", 127}, {"C3_ACPI", 1048}});
  CHECK(arguments_for(by_acpi, "max-cstate = 3") == pair(3, 3));
  CHECK(arguments_for(by_acpi, "max-latency-us = 200") == pair(2, 2));
  // AMD by ACPI: three states.
  auto amd = with_states({{"POLL", 0}, {"C1", 1}, {"C2", 18}, {"C3", 350}}, "acpi_idle");
  amd.cpu.vendor = "amd";
  CHECK(arguments_for(amd, "max-cstate = 2") == "processor.max_cstate=2");
  CHECK(arguments_for(amd, "max-latency-us = 20") == "processor.max_cstate=2");
}

TEST_CASE("a latency of 0 is told its price", "[power]") {
  const auto with = [](unsigned us) {
    return plan(
        Machine{}.facts(),
        fmt::format("[cpu]\nisolate = yes\n[power]\nisolated-latency-us = {}\n", us));
  };
  CHECK(
      message(with(0), "latency-polls") ==
      "p.ini:4: isolated-latency-us = 0 makes every idle isolated CPU poll, as idle=poll does: it "
      "takes power and turbo frequency from the SMT sibling; 1 or 2 us let it enter C1");
  CHECK_FALSE(finding(with(1), "latency-polls"));
  CHECK_FALSE(finding(with(2), "latency-polls"));
}
