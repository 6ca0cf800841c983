// SPDX-License-Identifier: GPL-2.0-or-later
#include "steps/release.hpp"

#include "fakesys/machine.hpp"
#include "steps/apply.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::fake;

namespace {

Plan with_vfs() {
  Plan plan;
  plan.steps.push_back({CreateVfs{kPf, 3, false}, {}, {}, {}, true});
  return plan;
}

// A PF with three VFs, the first of them on vfio-pci.
struct UsedHost {
  FakeMachine fake;
  UsedHost() {
    fake.sysfs.add({});
    fake.sysfs.add_driver("vfio-pci");
    REQUIRE(apply(CreateVfs{kPf, 3, false}, fake.machine).state == StepState::done);
    REQUIRE(
        apply(
            BindDriver{
                kPf, 0, *PciAddress::parse(fake.sysfs.vf("0000:01:00.0", 0)),
                *VfDriver::parse("vfio-pci")},
            fake.machine)
            .state == StepState::done);
    fake.sysfs.forget_writes();
  }
};

}  // namespace

TEST_CASE(
    "before a kexec vfio-pci is unbound first, then the count is 0", "[steps][sriov][kexec]") {
  UsedHost host;
  CHECK(vfs_unused(with_vfs(), host.fake.machine));
  CHECK(host.fake.sysfs.writes().empty());
  REQUIRE(release_vfs(with_vfs(), host.fake.machine));
  const auto vf = "sys/bus/pci/devices/0000:01:10.0/";
  CHECK(
      host.fake.sysfs.writes() == std::vector<std::string>{
                                      std::string(vf) + "driver/unbind <- 0000:01:10.0",
                                      "sys/bus/pci/devices/0000:01:00.0/sriov_numvfs <- 0"});
  host.fake.sysfs.forget_writes();
  REQUIRE(release_vfs(with_vfs(), host.fake.machine));
  CHECK(host.fake.sysfs.writes().empty());
}

TEST_CASE("no VF is touched while a guest has one", "[steps][sriov]") {
  UsedHost host;
  host.fake.sysfs.guest_opens(host.fake.sysfs.vf("0000:01:00.0", 0));
  for (const auto& answer :
       {vfs_unused(with_vfs(), host.fake.machine), release_vfs(with_vfs(), host.fake.machine)}) {
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == std::errc::device_or_resource_busy);
    CHECK(answer.error().what.starts_with(
        "VF 0 of 0000:01:00.0 (0000:01:10.0) is in use: qemu-system-x86 ("));
  }
  CHECK(host.fake.sysfs.writes().empty());
}

TEST_CASE("VFs of a PF that the plan does not manage stay", "[steps][sriov]") {
  UsedHost host;
  REQUIRE(release_vfs(Plan{}, host.fake.machine));
  CHECK(host.fake.sysfs.writes().empty());
}
