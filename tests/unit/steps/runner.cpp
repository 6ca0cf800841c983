// SPDX-License-Identifier: GPL-2.0-or-later
#include "fakesys/machine.hpp"
#include "steps/boot.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::fake;
using namespace std::chrono_literals;

namespace {

const auto kFirst = *PciAddress::parse("0000:01:00.0");
const auto kSecond = *PciAddress::parse("0000:41:00.0");

Step step(Action action, std::vector<std::size_t> after = {}) {
  return {std::move(action), "", {}, std::move(after), true};
}

// Load vfio-pci; then for each PF: wait for its driver, make VFs, bind them.
std::vector<Step> plan_for(
    const FakeMachine& fake, std::initializer_list<PciAddress> pfs, unsigned count = 3) {
  std::vector<Step> steps{step(LoadModule{"vfio-pci"})};
  for (const auto& pf : pfs) {
    steps.push_back(step(AwaitDriver{pf, ""}, {0}));
    steps.push_back(step(CreateVfs{pf, count, false}, {steps.size() - 1}));
    const auto made = steps.size() - 1;
    for (unsigned i = 0; i < count; ++i)
      steps.push_back(step(
          BindDriver{
              pf, i, *PciAddress::parse(fake.sysfs.vf(pf.str(), i)), *VfDriver::parse("vfio-pci")},
          {0, made}));
  }
  return steps;
}

Pf second() {
  return {.address = "0000:41:00.0", .netdev = "eth1", .ifindex = 3, .irqs = {50, 51}};
}

unsigned count(const RunReport& report, const PciAddress& pf, StepState state) {
  unsigned n = 0;
  for (const auto& one : report.steps)
    if (one.pf == pf && one.state == state) ++n;
  return n;
}

}  // namespace

TEST_CASE("a plan is carried out, and carried out again it writes nothing", "[steps]") {
  FakeMachine fake;
  fake.sysfs.add({});
  fake.sysfs.add(second());
  const auto steps = plan_for(fake, {kFirst, kSecond});
  const auto report = run_steps(steps, fake.machine, 60s);
  for (const auto& one : report.steps)
    CHECK((one.state == StepState::done || one.state == StepState::unchanged));
  CHECK_FALSE(report.abandoned);
  fake.sysfs.forget_writes();
  const auto again = run_steps(steps, fake.machine, 60s);
  for (const auto& one : again.steps)
    CHECK(one.state == StepState::unchanged);
  CHECK(fake.sysfs.writes().empty());
}

TEST_CASE("a driver that comes late is waited for by event", "[steps]") {
  FakeMachine fake;
  fake.sysfs.add({.driver = ""});
  fake.events.at(5s, [&] { fake.sysfs.bind_pf("0000:01:00.0", "igb"); });
  const auto report = run_steps(plan_for(fake, {kFirst}), fake.machine, 60s);
  CHECK(count(report, kFirst, StepState::done) == 4);
  CHECK(fake.events.now() < 10s);
}

TEST_CASE("a dead PF costs the others nothing", "[steps][sriov]") {
  FakeMachine fake;
  fake.sysfs.add({.driver = ""});
  fake.sysfs.add(second());
  std::map<std::string, Events::Time> when;
  const auto report = run_steps(
      plan_for(fake, {kFirst, kSecond}), fake.machine, 60s,
      [&](const StepResult& one) { when[one.text] = fake.events.now(); });
  CHECK(count(report, kSecond, StepState::done) == 4);
  for (const auto& one : report.steps)
    if (one.pf == kSecond) CHECK(when[one.text] < 2s);
  CHECK(report.steps[1].state == StepState::failed);
  CHECK(report.steps[1].error == ETIMEDOUT);
  CHECK_WORDS(
      report.steps[1].cause ==
      "0000:01:00.0: its driver is not bound: it is still probing, has no firmware, or refused the "
      "device");
  CHECK(count(report, kFirst, StepState::skipped) == 4);
  CHECK(fake.events.now() >= 60s);
}

TEST_CASE(
    "a PF that no module in this initramfs is for is not waited for",
    "[steps][sriov][provisioning]") {
  FakeMachine fake;
  fake.sysfs.add({.driver = ""});
  fake.modules.knows_modalias = false;
  fake.machine.initramfs = true;
  const auto report = run_steps(plan_for(fake, {kFirst}), fake.machine, 60s);
  CHECK_WORDS(report.steps[1].cause == "0000:01:00.0: no driver for it in this initramfs");
  CHECK(report.steps[2].state == StepState::skipped);
  CHECK(report.steps[2].blocked_by == report.steps[1].id);
  CHECK_WORDS(
      report.steps[2].cause ==
      "not tried, because this failed: wait for the driver of 0000:01:00.0");
  CHECK(fake.events.now() < 2s);
}

TEST_CASE(
    "a write that never returns is given up and reported, and the other PF is complete",
    "[steps][sriov]") {
  // its thread stays in there
  auto& fake = *new FakeMachine;
  fake.sysfs.add({.driver_does = Pf::Driver::blocks});
  fake.sysfs.add(second());
  const auto report = run_steps(plan_for(fake, {kFirst, kSecond}), fake.machine, 60s);
  CHECK(report.abandoned);
  CHECK(report.steps[2].state == StepState::failed);
  CHECK(report.steps[2].error == ETIMEDOUT);
  CHECK_WORDS(
      report.steps[2].cause ==
      "the kernel did not return from this write in 60 s; gave up waiting");
  CHECK(report.steps[3].state == StepState::skipped);
  CHECK(count(report, kSecond, StepState::done) == 4);
}

TEST_CASE("VFs that exist are bound even where some are missing", "[steps][sriov]") {
  FakeMachine fake;
  fake.sysfs.add({.driver_does = Pf::Driver::half});
  const auto report = run_steps(plan_for(fake, {kFirst}, 6), fake.machine, 60s);
  CHECK(count(report, kFirst, StepState::done) == 3);
  // making them, and the three that are not there
  CHECK(count(report, kFirst, StepState::failed) == 4);
}

TEST_CASE("a PF that was loaded again between two runs is done again", "[steps][sriov]") {
  FakeMachine fake;
  fake.sysfs.add({});
  const auto steps = plan_for(fake, {kFirst});
  REQUIRE(count(run_steps(steps, fake.machine, 60s), kFirst, StepState::done) == 4);
  fake.sysfs.reload_pf("0000:01:00.0");
  CHECK(count(run_steps(steps, fake.machine, 60s), kFirst, StepState::done) == 4);
}

TEST_CASE(
    "steps are run in the order of what they wait for, whatever their place in the list",
    "[steps]") {
  FakeMachine fake;
  fake.sysfs.add({});
  const auto vf = *PciAddress::parse(fake.sysfs.vf("0000:01:00.0", 0));
  const std::vector<Step> steps{
      step(BindDriver{kFirst, 0, vf, *VfDriver::parse("vfio-pci")}, {1, 2}),
      step(CreateVfs{kFirst, 1, false}, {3}), step(LoadModule{"vfio-pci"}),
      step(AwaitDriver{kFirst, ""})};
  const auto report = run_steps(steps, fake.machine, 60s);
  CHECK(report.steps[0].state == StepState::done);
}
