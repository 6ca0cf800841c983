// SPDX-License-Identifier: GPL-2.0-or-later
// What holds for every action, whatever it does: verify misses it before, apply does it once,
// verify finds it afterwards, and a second apply writes nothing.
#include "fakesys/machine.hpp"
#include "steps/boot.hpp"
#include "unit/action_kinds.hpp"

#include "steps/apply.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::fake;
using namespace vfirst::test;
using namespace std::chrono_literals;

namespace {

// A machine on which the action is not done yet, and the action.
using Scene = Action (*)(FakeMachine&);

PciAddress vf_of(const FakeMachine& fake, unsigned index) {
  return *PciAddress::parse(fake.sysfs.vf(kPf.str(), index));
}
void add_vfs(FakeMachine& fake) {
  fake.sysfs.add({});
  REQUIRE(apply(CreateVfs{kPf, 7, false}, fake.machine).state == StepState::done);
}

const Scene kScenes[] = {
    [](FakeMachine&) -> Action { return LoadModule{"vfio-pci"}; },
    [](FakeMachine&) -> Action { return SetDefaultIrqAffinity{CpuSet{0, 1}}; },
    [](FakeMachine& fake) -> Action {
      fake.sysfs.add({.driver = ""});
      fake.events.at(1s, [&] { fake.sysfs.bind_pf(kPf.str(), "igb"); });
      return AwaitDriver{kPf, ""};
    },
    [](FakeMachine& fake) -> Action {
      fake.sysfs.add({});
      return BringUp{kPf};
    },
    [](FakeMachine& fake) -> Action {
      fake.sysfs.add({});
      fake.net.eswitch(kPf.str()).changes = Switch::Changes::without_vfs;
      return SetEswitch{kPf, "switchdev"};
    },
    [](FakeMachine& fake) -> Action {
      fake.sysfs.add({});
      return CreateVfs{kPf, 7, false};
    },
    [](FakeMachine& fake) -> Action {
      add_vfs(fake);
      SetVfAttributes::Vf vf;
      vf.index = 1;
      vf.trust = true;
      return SetVfAttributes{kPf, {vf}};
    },
    [](FakeMachine& fake) -> Action {
      add_vfs(fake);
      fake.sysfs.put(kDevices + kPf.str() + "/sriov_vf_total_msix", "64");
      return SetVfVectors{kPf, 1, 4};
    },
    [](FakeMachine& fake) -> Action {
      add_vfs(fake);
      fake.sysfs.add_driver("vfio-pci");
      return BindDriver{kPf, 1, vf_of(fake, 1), *VfDriver::parse("vfio-pci")};
    },
    [](FakeMachine& fake) -> Action {
      fake.sysfs.add({});
      return SetCoalescing{kPf, {.rx_usecs = 0}};
    },
    [](FakeMachine& fake) -> Action {
      fake.sysfs.add({});
      return SetQueues{kPf, 2};
    },
    [](FakeMachine& fake) -> Action {
      fake.sysfs.add({.up = true});
      return PinIrqs{kPf, CpuSet{0, 4}};
    },
    [](FakeMachine&) -> Action { return LimitIdleLatency{CpuSet{2, 3}, 0}; },
    [](FakeMachine& fake) -> Action {
      fake.sysfs.add({.driver = "nvme", .netdev = ""});
      fake.nvme.add(kPf, 7);
      REQUIRE(apply(CreateVfs{kPf, 2, false}, fake.machine).state == StepState::done);
      return SetSecondaryControllers{kPf, {0, 4}};
    },
};

}  // namespace

TEST_CASE(
    "every action is missed before it is done, done once, and found afterwards", "[steps][sriov]") {
  std::set<std::string> kinds;
  for (const auto& scene : kScenes) {
    FakeMachine fake;
    const auto action = scene(fake);
    const auto id = id_of(action);
    INFO(id.kind);
    CHECK(kinds.insert(id.kind).second);
    CHECK(verify(action, fake.machine).verdict != Verdict::ok);
    Plan plan;
    plan.steps.push_back({action, "", {}, {}, true});
    const auto first = boot(plan, fake.machine, 60s);
    REQUIRE(first.steps.size() == 1);
    INFO(first.steps[0].cause);
    CHECK(first.complete());
    CHECK(first.steps[0].id == id);
    CHECK(first.steps[0].pf == pf_of(action));
    const auto seen = verify(action, fake.machine);
    INFO(seen.cause);
    CHECK(seen.verdict == Verdict::ok);
    const auto second = boot(plan, fake.machine, 60s);
    CHECK(second.steps.at(0).state == StepState::unchanged);
    CHECK(second.writes() == 0);
  }
  CHECK(kinds == all_kinds());
}
