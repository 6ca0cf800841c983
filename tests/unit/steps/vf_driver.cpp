// SPDX-License-Identifier: GPL-2.0-or-later
// BindDriver: driver_override and drivers_probe, whose success means nothing.
#include "fakesys/machine.hpp"
#include "steps/apply.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::fake;

namespace {

struct WithSeven : FakeMachine {
  explicit WithSeven(Pf pf = {}, bool vfio = true) {
    sysfs.add(pf);
    if (vfio) sysfs.add_driver("vfio-pci");
    REQUIRE(apply(CreateVfs{kPf, 7, false}, machine).state == StepState::done);
    sysfs.forget_writes();
  }
  std::string file(unsigned index, const std::string& name) const {
    return "sys/bus/pci/devices/" + sysfs.vf("0000:01:00.0", index) + "/" + name;
  }
  BindDriver to(unsigned index, const std::string& driver) const {
    return {
        kPf, index, *PciAddress::parse(sysfs.vf("0000:01:00.0", index)), *VfDriver::parse(driver)};
  }
};

}  // namespace

TEST_CASE(
    "a VF goes to vfio-pci by override and probe, two writes, and its link is read",
    "[sriov][policy]") {
  WithSeven fake;
  const auto out = apply(fake.to(3, "vfio-pci"), fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(out.got == "vfio-pci");
  CHECK(
      fake.sysfs.writes() ==
      std::vector<std::string>{
          fake.file(3, "driver_override") + " <- vfio-pci",
          "sys/bus/pci/drivers_probe <- " + fake.sysfs.vf("0000:01:00.0", 3)});
}

TEST_CASE("a VF that has its driver is left alone", "[sriov][policy]") {
  WithSeven fake;
  REQUIRE(apply(fake.to(3, "vfio-pci"), fake.machine).state == StepState::done);
  fake.sysfs.forget_writes();
  CHECK(apply(fake.to(3, "vfio-pci"), fake.machine).state == StepState::unchanged);
  CHECK(fake.sysfs.writes().empty());
}

TEST_CASE(
    "without an IOMMU group nothing is tried, and the message says argument or BIOS",
    "[sriov][policy][iommu][kernel-arguments]") {
  WithSeven fake{{.iommu = false}};
  const auto out = apply(fake.to(0, "vfio-pci"), fake.machine);
  CHECK(out.state == StepState::failed);
  CHECK(out.error == EINVAL);
  CHECK(
      out.cause ==
      "VF 0 (0000:01:10.0): it has no IOMMU group, so it cannot be bound to vfio: it needs "
      "intel_iommu=on (Intel), or VT-d / AMD-Vi / SMMU turned on in the BIOS");
  CHECK(fake.sysfs.writes().empty());
  CHECK(verify(fake.to(0, "vfio-pci"), fake.machine).cause == out.cause);
}

TEST_CASE(
    "drivers_probe succeeds for a driver that is not there, and we say so", "[sriov][policy]") {
  WithSeven fake({}, false);
  const auto out = apply(fake.to(0, "vfio-pci"), fake.machine);
  CHECK(out.state == StepState::failed);
  CHECK(out.got == "none");
  CHECK(out.cause == "VF 0 (0000:01:10.0): driver vfio-pci is not loaded");
}

TEST_CASE("a VF that its netdev driver took is moved when the netdev is down", "[sriov][policy]") {
  WithSeven fake;
  fake.sysfs.add_vf_driver("igbvf");
  REQUIRE(apply(fake.to(1, "keep"), fake.machine).got == "igbvf");
  const auto out = apply(fake.to(1, "vfio-pci"), fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(out.got == "vfio-pci");
}

TEST_CASE("a VF in use is not taken away", "[sriov][policy]") {
  WithSeven fake;
  fake.sysfs.add_vf_driver("igbvf");
  REQUIRE(apply(fake.to(1, "keep"), fake.machine).state == StepState::done);
  const auto port = fake.sysfs.list(fake.file(1, "net"))->front();
  fake.sysfs.put(fake.file(1, "net/" + port + "/flags"), "0x1003");
  fake.sysfs.forget_writes();
  const auto out = apply(fake.to(1, "vfio-pci"), fake.machine);
  CHECK(out.state == StepState::failed);
  CHECK(
      out.cause.find(
          "driver igbvf is bound to it and it is in use: its netdev " + port + " is up") !=
      std::string::npos);
  CHECK(fake.sysfs.writes().empty());
}

TEST_CASE(
    "the kernel's choice is probed with autoprobe on and autoprobe goes off again",
    "[sriov][policy]") {
  WithSeven fake;
  fake.sysfs.add_vf_driver("igbvf");
  const auto out = apply(fake.to(2, "keep"), fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(out.got == "igbvf");
  CHECK(fake.sysfs.read("sys/bus/pci/devices/0000:01:00.0/sriov_drivers_autoprobe") == "0");
  CHECK(apply(fake.to(2, "keep"), fake.machine).writes == 0);
}

TEST_CASE(
    "the kernel's choice is probed again once the module for the VF is loaded", "[sriov][policy]") {
  WithSeven fake;
  fake.modules.for_modalias = "igbvf";
  fake.modules.available.insert("igbvf");
  CHECK(apply(fake.to(2, "keep"), fake.machine).got == "igbvf");
  CHECK(fake.sysfs.read("sys/bus/pci/devices/0000:01:00.0/sriov_drivers_autoprobe") == "0");
  // It is there, and takes no VF: not a matter of what is installed.
  WithSeven other;
  other.modules.for_modalias = "vfio-pci";
  const auto out = apply(other.to(2, "keep"), other.machine);
  CHECK(out.error == ENOENT);
  CHECK_FALSE(out.cause.contains("installed"));
  // The module is there, and cannot be loaded.
  WithSeven broken;
  broken.modules.for_modalias = "igbvf";
  broken.modules.available.insert("igbvf");
  broken.modules.load_error = ENOEXEC;
  CHECK(apply(broken.to(2, "keep"), broken.machine).error == ENOEXEC);
}

TEST_CASE(
    "back from vfio-pci to the kernel's choice the override is cleared with a newline",
    "[sriov][policy]") {
  WithSeven fake;
  fake.sysfs.add_vf_driver("igbvf");
  REQUIRE(apply(fake.to(2, "vfio-pci"), fake.machine).state == StepState::done);
  CHECK(apply(fake.to(2, "keep"), fake.machine).got == "igbvf");
  CHECK(fake.sysfs.read(fake.file(2, "driver_override")) == "(null)");
}

TEST_CASE("vf-driver = none leaves a VF without one", "[sriov][policy]") {
  WithSeven fake;
  CHECK(apply(fake.to(4, "none"), fake.machine).state == StepState::unchanged);
  REQUIRE(apply(fake.to(4, "vfio-pci"), fake.machine).state == StepState::done);
  const auto out = apply(fake.to(4, "none"), fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(out.got == "none");
}

TEST_CASE(
    "a VF goes to a variant driver under the name that it is registered under", "[sriov][policy]") {
  WithSeven fake;
  fake.sysfs.add_driver("xe-vfio-pci");
  fake.sysfs.add_driver("new-vfio-pci");
  const auto known = apply(fake.to(0, "xe_vfio_pci"), fake.machine);
  CHECK(known.state == StepState::done);
  CHECK(known.got == "xe-vfio-pci");
  CHECK(verify(fake.to(0, "xe_vfio_pci"), fake.machine).verdict == Verdict::ok);
  // not in the table: the folder of the loaded driver has its spelling
  const auto other = apply(fake.to(1, "new_vfio_pci"), fake.machine);
  CHECK(other.state == StepState::done);
  CHECK(other.got == "new-vfio-pci");
  CHECK(apply(fake.to(1, "new_vfio_pci"), fake.machine).state == StepState::unchanged);
}

TEST_CASE(
    "a variant driver needs an IOMMU group, too, and a VF on one is not the kernel's choice",
    "[sriov][policy][iommu]") {
  WithSeven bare{{.iommu = false}};
  bare.sysfs.add_driver("mlx5_vfio_pci");
  CHECK(apply(bare.to(0, "mlx5_vfio_pci"), bare.machine).error == EINVAL);
  CHECK(bare.sysfs.writes().empty());
  WithSeven fake;
  fake.sysfs.add_vf_driver("igbvf");
  fake.sysfs.add_driver("mlx5_vfio_pci");
  REQUIRE(apply(fake.to(2, "mlx5_vfio_pci"), fake.machine).state == StepState::done);
  CHECK(verify(fake.to(2, "keep"), fake.machine).verdict == Verdict::failed);
  CHECK(apply(fake.to(2, "keep"), fake.machine).got == "igbvf");
}

TEST_CASE(
    "the best vfio driver is bound under its own name, and a second run writes nothing",
    "[sriov][policy]") {
  WithSeven fake;
  fake.sysfs.add_driver("xe-vfio-pci");
  auto bind = fake.to(0, "vfio");
  bind.driver = VfDriver::best_is("xe_vfio_pci");
  const auto out = apply(bind, fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(out.wanted == "xe-vfio-pci");
  CHECK(out.got == "xe-vfio-pci");
  CHECK(verify(bind, fake.machine).verdict == Verdict::ok);
  fake.sysfs.forget_writes();
  CHECK(apply(bind, fake.machine).state == StepState::unchanged);
  CHECK(fake.sysfs.writes().empty());
  // the kernel of another boot had none
  bind.driver = VfDriver::best_is("vfio_pci");
  CHECK(
      verify(bind, fake.machine).cause.find("driver xe-vfio-pci is bound to it") !=
      std::string::npos);
  CHECK(apply(bind, fake.machine).got == "vfio-pci");
}

TEST_CASE(
    "while nobody knows the best vfio driver, vfio-pci is bound and any other one will do",
    "[sriov][policy]") {
  WithSeven fake;
  fake.sysfs.add_driver("mlx5_vfio_pci");
  const auto out = apply(fake.to(0, "vfio"), fake.machine);
  CHECK(out.state == StepState::done);
  CHECK(out.wanted == "vfio");
  CHECK(out.got == "vfio-pci");
  REQUIRE(apply(fake.to(1, "mlx5_vfio_pci"), fake.machine).state == StepState::done);
  CHECK(apply(fake.to(1, "vfio"), fake.machine).state == StepState::unchanged);
  CHECK(verify(fake.to(1, "vfio"), fake.machine).verdict == Verdict::ok);
  CHECK(verify(fake.to(2, "vfio"), fake.machine).verdict == Verdict::failed);
}

TEST_CASE("a built-in module shows itself by its driver, however that is spelled", "[sriov]") {
  FakeMachine fake;
  fake.sysfs.add_driver("new-vfio-pci");
  CHECK(verify(LoadModule{"new_vfio_pci"}, fake.machine).got == "built in");
  CHECK(verify(LoadModule{"other_vfio_pci"}, fake.machine).verdict == Verdict::failed);
}

TEST_CASE("a VF that does not exist is ENODEV", "[sriov][policy]") {
  WithSeven fake;
  const auto out = apply(
      BindDriver{kPf, 9, *PciAddress::parse("0000:01:12.2"), *VfDriver::parse("vfio-pci")},
      fake.machine);
  CHECK(out.error == ENODEV);
  CHECK(out.cause == "VF 9 (0000:01:12.2): VF 9 of 0000:01:00.0 does not exist");
}

TEST_CASE(
    "vectors are set while no driver is bound, read from the VF's own capability, and only once",
    "[sriov][policy][irq]") {
  WithSeven fake;
  fake.sysfs.put("sys/bus/pci/devices/0000:01:00.0/sriov_vf_total_msix", "64");
  const SetVfVectors four{kPf, 0, 4};
  CHECK(apply(four, fake.machine).state == StepState::done);
  CHECK(apply(four, fake.machine).state == StepState::unchanged);
  CHECK(verify(four, fake.machine).verdict == Verdict::ok);
  REQUIRE(apply(fake.to(0, "vfio-pci"), fake.machine).state == StepState::done);
  CHECK(apply(SetVfVectors{kPf, 0, 8}, fake.machine).error == EBUSY);
}

TEST_CASE(
    "a driver with fixed vectors is EOPNOTSUPP and names the policy's key",
    "[sriov][policy][irq]") {
  WithSeven fake;
  const auto out = apply(SetVfVectors{kPf, 0, 4}, fake.machine);
  CHECK(out.error == EOPNOTSUPP);
  CHECK(out.cause.find("leave vf-queues out") != std::string::npos);
}
