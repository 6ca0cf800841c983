// SPDX-License-Identifier: GPL-2.0-or-later
// CreateVfs: sriov_numvfs, every answer that the kernel has for it.
#include "fakesys/machine.hpp"
#include "steps/apply.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::fake;

namespace {

CreateVfs vfs(unsigned count, bool recreate = false) {
  return {kPf, count, recreate};
}

}  // namespace

TEST_CASE("VFs are made with autoprobe off, in two writes, and counted afterwards", "[sriov]") {
  FakeMachine fake;
  fake.sysfs.add({});
  const auto out = apply(vfs(7), fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(out.got == "7");
  CHECK(out.writes == 2);
  CHECK(
      fake.sysfs.writes() == std::vector<std::string>{
                                 "sys/bus/pci/devices/0000:01:00.0/sriov_drivers_autoprobe <- 0",
                                 "sys/bus/pci/devices/0000:01:00.0/sriov_numvfs <- 7"});
  CHECK(verify(vfs(7), fake.machine).verdict == Verdict::ok);
}

TEST_CASE("the right number of VFs is left alone", "[sriov]") {
  FakeMachine fake;
  fake.sysfs.add({});
  REQUIRE(apply(vfs(7), fake.machine).state == StepState::done);
  fake.sysfs.forget_writes();
  const auto out = apply(vfs(7), fake.machine);
  CHECK(out.state == StepState::unchanged);
  CHECK(out.writes == 0);
  CHECK(fake.sysfs.writes().empty());
}

TEST_CASE(
    "more VFs than the hardware has are refused before the kernel is asked, and never clamped",
    "[sriov]") {
  FakeMachine fake;
  fake.sysfs.add({});
  const auto out = apply(vfs(9), fake.machine);
  CHECK(out.state == StepState::failed);
  CHECK(out.error == ERANGE);
  CHECK(out.cause == "0000:01:00.0: 9 VFs asked, hardware has 7");
  CHECK(out.writes == 0);
}

TEST_CASE("VFs in another number are kept unless allow-recreate says otherwise", "[sriov]") {
  FakeMachine fake;
  fake.sysfs.add({});
  REQUIRE(apply(vfs(4), fake.machine).state == StepState::done);
  fake.sysfs.forget_writes();
  const auto kept = apply(vfs(7), fake.machine);
  CHECK(kept.state == StepState::failed);
  CHECK(kept.error == EBUSY);
  CHECK(kept.got == "4");
  CHECK(
      kept.cause ==
      "0000:01:00.0: 4 VFs exist, 7 wanted; allow-recreate = yes replaces them if none is in use");
  CHECK(fake.sysfs.writes().empty());

  const auto remade = apply(vfs(7, true), fake.machine);
  CHECK(remade.state == StepState::done);
  CHECK(remade.got == "7");
}

TEST_CASE("VFs are never removed under a guest, and the guest is named", "[sriov][trial]") {
  FakeMachine fake;
  fake.sysfs.add({});
  fake.sysfs.add_driver("vfio-pci");
  REQUIRE(apply(vfs(4), fake.machine).state == StepState::done);
  const auto vf = fake.sysfs.vf("0000:01:00.0", 2);
  REQUIRE(
      apply(BindDriver{kPf, 2, *PciAddress::parse(vf), *VfDriver::parse("vfio-pci")}, fake.machine)
          .state == StepState::done);
  fake.sysfs.guest_opens(vf);
  fake.sysfs.forget_writes();
  const auto out = apply(vfs(7, true), fake.machine);
  CHECK(out.state == StepState::failed);
  CHECK(
      out.cause.find(
          "VF 2 (0000:01:10.4) is in use: qemu-system-x86 (812) has /dev/vfio/12 open") !=
      std::string::npos);
  CHECK(fake.sysfs.writes().empty());
}

TEST_CASE(
    "a driver that makes fewer VFs than asked is a failure that the other steps can live with",
    "[sriov][steps]") {
  FakeMachine fake;
  fake.sysfs.add({.driver_does = Pf::Driver::half});
  const auto out = apply(vfs(6), fake.machine);
  CHECK(out.state == StepState::failed);
  CHECK(out.partial);
  CHECK(out.got == "3");
  CHECK(out.cause == "0000:01:00.0: 3 of 6 VFs: the driver created fewer VFs than asked");
  CHECK(verify(vfs(6), fake.machine).verdict == Verdict::short_of);
}

TEST_CASE(
    "a driver that makes no VF while its port is down gets its port raised, once",
    "[sriov][network]") {
  FakeMachine fake;
  fake.sysfs.add({.driver_does = Pf::Driver::silent_while_down});
  const auto out = apply(vfs(7), fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(out.got == "7");
  CHECK(fake.net.writes == 1);
}

TEST_CASE("success with no VF at all is a failure", "[sriov]") {
  FakeMachine fake;
  fake.sysfs.add({.driver_does = Pf::Driver::silent});
  const auto out = apply(vfs(7), fake.machine);
  CHECK(out.state == StepState::failed);
  CHECK_FALSE(out.partial);
  CHECK(out.cause.find("the driver reported success but created no VF") != std::string::npos);
}

TEST_CASE("a PF without a driver is ENOENT, with a word about the image", "[sriov]") {
  FakeMachine fake;
  fake.sysfs.add({.driver = ""});
  const auto out = apply(vfs(7), fake.machine);
  CHECK(out.error == ENOENT);
  CHECK(out.cause.find("the PF has no driver yet") != std::string::npos);
  CHECK(verify(vfs(7), fake.machine).cause.find("the PF has no driver") != std::string::npos);
}

TEST_CASE(
    "no room for the VFs names the BIOS settings and pci=realloc, and the kernel's own line",
    "[sriov]") {
  FakeMachine fake;
  fake.sysfs.add({.driver_does = Pf::Driver::no_memory});
  fake.sysfs.put(
      "dev/kmsg",
      "3,2,2,-;pci 0000:01:00.0: not enough MMIO resources for SR-IOV\n6,3,3,-;igb "
      "0000:01:00.0 eth0: NIC Link is Up 1000 Mbps");
  const auto out = apply(vfs(7), fake.machine);
  CHECK(out.error == ENOMEM);
  CHECK(out.cause.find("pci=realloc") != std::string::npos);
  CHECK(
      out.cause.find("(kernel: pci 0000:01:00.0: not enough MMIO resources for SR-IOV)") !=
      std::string::npos);
}

TEST_CASE("a driver's refusal is passed on", "[sriov]") {
  FakeMachine fake;
  fake.sysfs.add({.driver_does = Pf::Driver::refuses});
  CHECK(apply(vfs(7), fake.machine).error == EPERM);
}

TEST_CASE("a device without the capability is fine with no VFs and refuses any", "[sriov]") {
  FakeMachine fake;
  fake.sysfs.add({});
  fake.sysfs.remove("sys/bus/pci/devices/0000:01:00.0/sriov_numvfs");
  CHECK(apply(vfs(0), fake.machine).state == StepState::unchanged);
  const auto out = apply(vfs(7), fake.machine);
  CHECK(out.error == ENOENT);
  CHECK(out.cause.find("no SR-IOV capability") != std::string::npos);
}
