// SPDX-License-Identifier: GPL-2.0-or-later
// What is carried out for one event, and of whom.
#include "steps/part.hpp"
#include "fakesys/machine.hpp"
#include "host/files.hpp"
#include "steps/boot.hpp"
#include "steps/late_irqs.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::fake;
using namespace std::chrono_literals;

namespace {

const auto kOne = *PciAddress::parse("0000:01:00.0");
const auto kTwo = *PciAddress::parse("0000:02:00.0");

Plan plan_of_two() {
  Plan plan;
  const auto add = [&](Action action, std::vector<std::size_t> after) {
    plan.steps.push_back({std::move(action), "", {}, std::move(after), true});
    return plan.steps.size() - 1;
  };
  const auto module = add(LoadModule{"vfio-pci"}, {});
  for (const auto& pf : {kOne, kTwo}) {
    const auto driver = add(AwaitDriver{pf, ""}, {});
    const auto up = add(BringUp{pf}, {driver});
    const auto made = add(CreateVfs{pf, 1, false}, {up});
    add(BindDriver{pf, 0, *pf.vf(0, 128, 2), *VfDriver::parse("vfio-pci")}, {module, made});
    add(SetCoalescing{pf, {.rx_usecs = 10}}, {made});
    add(PinIrqs{pf, CpuSet{0, 1}}, {made});
    plan.vfs.push_back({pf, 0, *pf.vf(0, 128, 2), *VfDriver::parse("vfio-pci"), {}});
  }
  return plan;
}

std::vector<std::string> described(const std::vector<Step>& steps) {
  std::vector<std::string> out;
  for (const auto& step : steps)
    out.push_back(describe(step.action));
  return out;
}

}  // namespace

TEST_CASE(
    "the part of one PF has its steps, the host's modules, and no other PF's", "[steps][sriov]") {
  const auto part = part_of(plan_of_two().steps, {Part::What::all, {kTwo}});
  REQUIRE(part.size() == 7);
  CHECK_WORDS(described(part)[0] == "load module vfio-pci");
  CHECK_WORDS(described(part)[1] == "wait for the driver of 0000:02:00.0");
  CHECK(part[2].after == std::vector<std::size_t>{1});
  CHECK(part[4].after == std::vector<std::size_t>{0, 3});
}
TEST_CASE(
    "tuning leaves VFs and the port alone and waits for nothing that is left out",
    "[steps][sriov][network]") {
  const auto part = part_of(plan_of_two().steps, {Part::What::tuning, {kOne}});
  CHECK_WORDS(
      described(part) == std::vector<std::string>{
                             "set coalescing on 0000:01:00.0: rx-usecs 10",
                             "pin interrupts of 0000:01:00.0 to CPUs 0-1"});
  CHECK(part[0].after.empty());
  CHECK(part_of(plan_of_two().steps, {Part::What::tuning, {}}).size() == 4);
  CHECK(part_of(plan_of_two().steps, {Part::What::irqs, {kOne, kTwo}}).size() == 2);
}
TEST_CASE("a device of no plan needs nothing, not even a module", "[steps]") {
  CHECK(part_of(plan_of_two().steps, {Part::What::all, {*PciAddress::parse("0000:03:00.0")}})
            .empty());
}

TEST_CASE(
    "a PF driver that was loaded again gets its VFs and interrupts back, and the other PF is not "
    "touched",
    "[steps][sriov][irq]") {
  FakeMachine fake;
  fake.sysfs.add({.address = "0000:01:00.0"});
  fake.sysfs.add({.address = "0000:02:00.0", .netdev = "eth1", .ifindex = 3, .irqs = {50, 51, 52}});
  auto plan = plan_of_two();
  REQUIRE(boot(plan, fake.machine, 60s).complete());
  fake.sysfs.reload_pf("0000:01:00.0");
  fake.net.port(2).coalescing.rx_usecs = 3;
  fake.sysfs.forget_writes();
  plan.steps = part_of(plan.steps, {Part::What::all, {kOne}});
  const auto report = boot(plan, fake.machine, 60s);
  CHECK(report.complete());
  CHECK(
      fake.sysfs.link_name("sys/bus/pci/devices/" + fake.sysfs.vf("0000:01:00.0", 0) + "/driver") ==
      "vfio-pci");
  CHECK(fake.sysfs.read("proc/irq/41/smp_affinity_list") == "1");
  CHECK(fake.net.port(2).coalescing.rx_usecs == 10);
  for (const auto& write : fake.sysfs.writes())
    CHECK(write.find("0000:02:") == std::string::npos);
  CHECK(boot(plan, fake.machine, 60s).writes() == 0);
}

TEST_CASE(
    "whose interrupts are placed is written down once, PFs by themselves and VFs of guests apart",
    "[steps][sriov][irq]") {
  FakeMachine fake;
  DiskFiles files(fake.sysfs);
  auto plan = plan_of_two();
  plan.vfs[1].driver = VfDriver();
  REQUIRE(record_irqs(plan, files));
  CHECK(*files.read(kIrqsFile) == "0000:01:00.0\n0000:01:00.0/vfs\n0000:02:00.0\n");
  Plan nothing;
  fake.sysfs.remove("run");
  REQUIRE(record_irqs(nothing, files));
  CHECK_FALSE(files.exists(kIrqsFile));
}
TEST_CASE(
    "a port that came up is one of ours only where the plan places its interrupts",
    "[steps][irq][network]") {
  FakeMachine fake;
  fake.sysfs.add({});
  fake.sysfs.put(kIrqsFile, "0000:01:00.0\n0000:01:00.0/vfs");
  CHECK(irq_pfs_of(fake.sysfs, {1, 7, 99}).empty());
  CHECK(irq_pfs_of(fake.sysfs, {7, 2}) == std::vector{kOne});
  CHECK(irq_pfs_of(fake.sysfs, {}, true) == std::vector{kOne});
  fake.sysfs.remove("run");
  CHECK(irq_pfs_of(fake.sysfs, {2}).empty());
}
