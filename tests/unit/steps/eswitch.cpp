// SPDX-License-Identifier: GPL-2.0-or-later
#include "fakesys/machine.hpp"
#include "steps/apply.hpp"
#include "steps/boot.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::fake;
using namespace std::chrono_literals;

namespace {
const SetEswitch kSwitchdev{kPf, "switchdev"};

FakeMachine& with_switch(FakeMachine& fake, Switch::Changes changes) {
  fake.sysfs.add_driver("vfio-pci");
  fake.sysfs.add({});
  fake.net.eswitch(kPf.str()).changes = changes;
  return fake;
}
Plan plan_of(std::vector<Action> actions) {
  Plan plan;
  for (auto& action : actions) {
    std::vector<std::size_t> after;
    if (!plan.steps.empty()) after.push_back(plan.steps.size() - 1);
    plan.steps.push_back({std::move(action), "", {}, after, true});
  }
  return plan;
}
const CreateVfs kVfs{kPf, 2, false};
const BindDriver kBind{kPf, 0, *kPf.vf(0, 128, 2), *VfDriver::parse("vfio-pci")};
}  // namespace

TEST_CASE("the switch's mode is set once, and a second time nothing is written", "[sriov]") {
  FakeMachine fake;
  with_switch(fake, Switch::Changes::without_vfs);
  CHECK(verify(kSwitchdev, fake.machine).verdict == Verdict::failed);
  const auto out = apply(kSwitchdev, fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(out.got == "switchdev");
  CHECK(fake.net.writes == 1);
  CHECK(apply(kSwitchdev, fake.machine).state == StepState::unchanged);
  CHECK(fake.net.writes == 1);
  CHECK(verify(kSwitchdev, fake.machine).verdict == Verdict::ok);
}
TEST_CASE("a device without a switch of its own is in legacy mode, and in no other", "[sriov]") {
  FakeMachine fake;
  with_switch(fake, Switch::Changes::never);
  CHECK(apply(SetEswitch{kPf, "legacy"}, fake.machine).state == StepState::unchanged);
  CHECK(fake.net.writes == 0);
  const auto out = apply(kSwitchdev, fake.machine);
  CHECK(out.state == StepState::failed);
  CHECK(out.error == EOPNOTSUPP);
  CHECK(
      out.cause ==
      "0000:01:00.0: EOPNOTSUPP: the driver cannot switch its mode now, or has no switch "
      "(Operation not supported)");
}
TEST_CASE(
    "each driver's order succeeds on its own kind and fails on the other: ice before the VFs, mlx5 "
    "before their drivers",
    "[sriov]") {
  const auto first = plan_of({kSwitchdev, kVfs, kBind}),
             between = plan_of({kVfs, kSwitchdev, kBind}),
             last = plan_of({kVfs, kBind, kSwitchdev});
  const auto complete = [](const Plan& plan, Switch::Changes changes) {
    FakeMachine fake;
    with_switch(fake, changes);
    return boot(plan, fake.machine, 60s).complete() &&
           fake.net.eswitch(kPf.str()).mode == "switchdev";
  };
  CHECK(complete(first, Switch::Changes::without_vfs));
  CHECK_FALSE(complete(between, Switch::Changes::without_vfs));
  CHECK(complete(between, Switch::Changes::without_bound_vfs));
  CHECK_FALSE(complete(last, Switch::Changes::without_bound_vfs));
}
TEST_CASE("a VF that has a driver already keeps the mode, and is named", "[sriov]") {
  FakeMachine fake;
  with_switch(fake, Switch::Changes::without_bound_vfs);
  boot(plan_of({kVfs, kBind}), fake.machine, 60s);
  const auto out = apply(kSwitchdev, fake.machine);
  CHECK(out.error == EBUSY);
  CHECK(
      out.cause ==
      "0000:01:00.0: VF 0 (0000:01:10.0) is bound to vfio-pci: the mode can only be changed while "
      "no VF has a driver");
  CHECK(fake.net.writes == 0);
}
TEST_CASE("where the mode is not set the VFs are still made", "[sriov]") {
  FakeMachine fake;
  with_switch(fake, Switch::Changes::never);
  const auto report = boot(plan_of({kSwitchdev, kVfs}), fake.machine, 60s);
  CHECK(report.steps[1].state == StepState::done);
  CHECK_FALSE(report.complete());
}
