// SPDX-License-Identifier: GPL-2.0-or-later
// Interrupts and idle states: procfs and PM QoS.
#include "fakesys/machine.hpp"
#include "steps/apply.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::fake;

namespace {

std::string affinity(const FakeMachine& fake, unsigned irq) {
  return fake.sysfs.read(fmt::format("proc/irq/{}/smp_affinity_list", irq)).value_or("none");
}

}  // namespace

TEST_CASE(
    "vectors are dealt out over the CPUs one by one, and a second run writes nothing",
    "[irq][cpu]") {
  FakeMachine fake;
  fake.sysfs.add({.up = true});
  const PinIrqs action{kPf, CpuSet{0, 4}};
  const auto out = apply(action, fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(out.got == "3 of 3");
  CHECK(affinity(fake, 40) == "0");
  CHECK(affinity(fake, 41) == "4");
  CHECK(affinity(fake, 42) == "0");
  fake.sysfs.forget_writes();
  CHECK(apply(action, fake.machine).state == StepState::unchanged);
  CHECK(fake.sysfs.writes().empty());
  CHECK(verify(action, fake.machine).verdict == Verdict::ok);
}

TEST_CASE(
    "vectors that exist only while the port is up are put off, and are born right by "
    "default_smp_affinity",
    "[irq][network]") {
  FakeMachine fake;
  fake.sysfs.add({});
  REQUIRE(apply(SetDefaultIrqAffinity{CpuSet{0, 1}}, fake.machine).state == StepState::done);
  const auto out = apply(PinIrqs{kPf, CpuSet{0}}, fake.machine);
  CHECK(out.state == StepState::deferred);
  CHECK(out.got == "0 of 3; 3 wait for the port to come up");
  fake.sysfs.raise_port(2);
  CHECK(affinity(fake, 41) == "0-1");
}

TEST_CASE("managed vectors are a note, not an error", "[irq]") {
  FakeMachine fake;
  fake.sysfs.add({.netdev = "", .managed = true});
  const auto out = apply(PinIrqs{kPf, CpuSet{0}}, fake.machine);
  CHECK(out.state == StepState::unchanged);
  CHECK(out.got == "0 of 3; 3 placed by the kernel");
  CHECK(out.cause == "0000:01:00.0: the kernel places this interrupt");
}

TEST_CASE("managed vectors that the kernel shows as read-only are not even tried", "[irq]") {
  FakeMachine fake;
  fake.sysfs.add({.netdev = "", .managed = true, .managed_shown = true});
  CHECK(apply(PinIrqs{kPf, CpuSet{0}}, fake.machine).writes == 0);
  CHECK(verify(PinIrqs{kPf, CpuSet{0}}, fake.machine).verdict == Verdict::ok);
}

TEST_CASE("a CPU without a free vector widens that interrupt to all of the CPUs", "[irq][cpu]") {
  FakeMachine fake;
  fake.sysfs.add({.up = true});
  fake.sysfs.without_vectors(4);
  const auto out = apply(PinIrqs{kPf, CpuSet{0, 4}}, fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(affinity(fake, 41) == "0,4");
  CHECK(out.got == "2 of 3; 1 on all of the CPUs (no single CPU has a free vector)");
}

TEST_CASE(
    "where none of the CPUs has a free vector the interrupts stay where they are, and that is said",
    "[irq][cpu]") {
  FakeMachine fake;
  fake.sysfs.add({.up = true});
  fake.sysfs.without_vectors(0);
  fake.sysfs.without_vectors(4);
  const auto before = affinity(fake, 41);
  const auto out = apply(PinIrqs{kPf, CpuSet{0, 4}}, fake.machine);
  CHECK(out.state == StepState::unchanged);
  CHECK(out.error == ENOSPC);
  CHECK(out.got == "0 of 3; 3 on other CPUs (none of these has a free vector)");
  CHECK(
      out.cause ==
      "0000:01:00.0: 3 of 3 interrupts are on other CPUs than 0,4: these CPUs have no free "
      "interrupt vector; reserve more cores, or give the PF fewer queues");
  CHECK(affinity(fake, 41) == before);
}

TEST_CASE("an interrupt that the kernel sends elsewhere counts by where it goes", "[irq][cpu]") {
  FakeMachine fake;
  fake.sysfs.add({.up = true});
  fake.sysfs.without_vectors(0);
  fake.sysfs.without_vectors(4);
  // As asked, but no vector was left there.
  fake.sysfs.put("proc/irq/41/smp_affinity_list", "0,4");
  fake.sysfs.put("proc/irq/41/effective_affinity_list", "7");
  const auto out = apply(PinIrqs{kPf, CpuSet{0, 4}}, fake.machine);
  CHECK(out.got.contains("3 on other CPUs"));
  // Where it goes where it was asked to, it is only wide.
  fake.sysfs.put("proc/irq/41/effective_affinity_list", "4");
  CHECK(apply(PinIrqs{kPf, CpuSet{0, 4}}, fake.machine).got.contains("1 on all of the CPUs"));
}

TEST_CASE("a CPU that is offline now takes no interrupt and needs no limit", "[irq][cpu][power]") {
  FakeMachine fake;
  fake.sysfs.add({.up = true});
  fake.sysfs.put("sys/devices/system/cpu/online", "0-3");
  CHECK(apply(PinIrqs{kPf, CpuSet{0, 4}}, fake.machine).got == "3 of 3");
  CHECK(affinity(fake, 41) == "0");
  CHECK(verify(PinIrqs{kPf, CpuSet{0, 4}}, fake.machine).verdict == Verdict::ok);
  fake.sysfs.put("sys/devices/system/cpu/cpu2/power/pm_qos_resume_latency_us", "0");
  const LimitIdleLatency limit{CpuSet{2, 6}, 2};
  CHECK(apply(limit, fake.machine).state == StepState::done);
  CHECK(verify(limit, fake.machine).verdict == Verdict::ok);
}

TEST_CASE("interrupts that strayed are seen", "[irq]") {
  FakeMachine fake;
  fake.sysfs.add({.up = true});
  const auto seen = verify(PinIrqs{kPf, CpuSet{0}}, fake.machine);
  CHECK(seen.verdict == Verdict::failed);
  CHECK(seen.cause.find("interrupts reach CPUs 0-7") != std::string::npos);
}

TEST_CASE("the default affinity is compared as a set and written as a mask", "[irq]") {
  FakeMachine fake;
  const SetDefaultIrqAffinity action{CpuSet{0, 1, 4}};
  CHECK(apply(action, fake.machine).state == StepState::done);
  CHECK(fake.sysfs.writes() == std::vector<std::string>{"proc/irq/default_smp_affinity <- 13"});
  fake.sysfs.put("proc/irq/default_smp_affinity", "00000000,00000013");
  CHECK(apply(action, fake.machine).state == StepState::unchanged);
}

TEST_CASE(
    "no latency at all is spelled n/a, and only differing CPUs are written", "[irq][cpu][power]") {
  FakeMachine fake;
  fake.sysfs.put("sys/devices/system/cpu/cpu2/power/pm_qos_resume_latency_us", "n/a");
  const LimitIdleLatency action{CpuSet{2, 3}, 0};
  const auto out = apply(action, fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(
      fake.sysfs.writes() ==
      std::vector<std::string>{
          "sys/devices/system/cpu/cpu3/power/pm_qos_resume_latency_us <- n/a"});
  CHECK(apply(action, fake.machine).state == StepState::unchanged);
  CHECK(verify(action, fake.machine).verdict == Verdict::ok);
}

TEST_CASE("a module is loaded once; built in is as good; missing says where", "[irq]") {
  FakeMachine fake;
  CHECK(apply(LoadModule{"vfio-pci"}, fake.machine).state == StepState::done);
  CHECK(apply(LoadModule{"vfio-pci"}, fake.machine).state == StepState::unchanged);
  fake.modules.builtin.insert("ice");
  CHECK(apply(LoadModule{"ice"}, fake.machine).got == "built in");
  // Another process is loading it: its driver is not there yet.
  fake.sysfs.put("sys/module/vfio_pci/initstate", "coming");
  CHECK(apply(LoadModule{"vfio-pci"}, fake.machine).state == StepState::done);
  fake.machine.initramfs = true;
  const auto out = apply(LoadModule{"mlx5_core"}, fake.machine);
  CHECK(out.state == StepState::failed);
  CHECK(out.cause == "module mlx5_core is not in this initramfs");
}
