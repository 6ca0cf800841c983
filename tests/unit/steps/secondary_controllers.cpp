// SPDX-License-Identifier: GPL-2.0-or-later
// SetSecondaryControllers, against controllers that refuse what QEMU's refuse.
#include "fakesys/machine.hpp"
#include "steps/apply.hpp"
#include "steps/boot.hpp"
#include "unit/words.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::fake;
using namespace std::chrono_literals;

namespace {

using Queues = std::vector<unsigned>;
using Commands = std::vector<std::string>;

// An NVMe PF with four VFs that have no drivers.
struct NvmeVfs : FakeMachine {
  explicit NvmeVfs(NvmeDevice device = {}, unsigned vfs = 4) {
    sysfs.add({.driver = "nvme", .netdev = ""});
    sysfs.add_driver("vfio-pci");
    nvme.add(kPf, 7, std::move(device));
    REQUIRE(apply(CreateVfs{kPf, vfs, false}, machine).state == StepState::done);
  }
  Outcome give(const Queues& queues) {
    nvme.commands.clear();
    return apply(SetSecondaryControllers{kPf, queues}, machine);
  }
  Observation look(const Queues& queues) {
    return verify(SetSecondaryControllers{kPf, queues}, machine);
  }
  NvmeSecondary& of_vf(unsigned index) { return nvme.device(kPf).secondaries.at(index); }
  void bind(unsigned index, const std::string& driver) {
    const auto vf = *PciAddress::parse(sysfs.vf(kPf.str(), index));
    REQUIRE(
        apply(BindDriver{kPf, index, vf, *VfDriver::parse(driver)}, machine).state ==
        StepState::done);
  }
};

NvmeDevice with_pool(FlexibleResources queues, FlexibleResources interrupts) {
  NvmeDevice out;
  out.primary.queues = queues;
  out.primary.interrupts = interrupts;
  return out;
}

}  // namespace

TEST_CASE(
    "NVMe VFs get an even share of queues and interrupts while they are offline, and are set "
    "online",
    "[steps][sriov]") {
  NvmeVfs fake;
  const auto out = fake.give({0, 0, 0, 0});
  CHECK_WORDS(out.cause == "");
  CHECK(out.state == StepState::done);
  CHECK(out.wanted == "4 online");
  CHECK(out.got == "4 online, 3 queues and 1 interrupt each");
  CHECK(out.writes == 12);
  CHECK(
      Commands(fake.nvme.commands.begin(), fake.nvme.commands.begin() + 4) ==
      Commands{"assign 1 queues 3", "assign 1 interrupts 1", "online 1", "assign 2 queues 3"});
  CHECK(fake.of_vf(4).queues == 0);
  const auto seen = fake.look({0, 0, 0, 0});
  CHECK(seen.verdict == Verdict::ok);
  CHECK(seen.got == "4 online, 3 queues and 1 interrupt each");
  CHECK(fake.give({0, 0, 0, 0}).state == StepState::unchanged);
  CHECK(fake.nvme.commands.empty());
}

TEST_CASE("a VF gets the number of queues that the policy gives it", "[steps][sriov][policy]") {
  NvmeVfs fake;
  const auto out = fake.give({4, 4, 0, 2});
  CHECK(out.state == StepState::done);
  CHECK(out.wanted == "4 online, up to 4 queues each");
  CHECK(out.got == "4 online, 2 to 4 queues and 1 interrupt each");
  CHECK(fake.of_vf(2).queues == 4);
  CHECK(fake.look({4, 4, 0, 2}).verdict == Verdict::ok);
  CHECK(fake.look({3, 3, 3, 3}).verdict == Verdict::failed);
  CHECK(fake.look({4, 3, 3, 3}).verdict == Verdict::short_of);
  CHECK(fake.give({2, 2, 2, 2}).wanted == "4 online, 2 queues each");
}

TEST_CASE(
    "a controller that works is right for a VF without a number, whoever set it up",
    "[steps][sriov]") {
  NvmeVfs fake;
  for (unsigned i = 0; i < 4; ++i)
    fake.of_vf(i).online = true, fake.of_vf(i).queues = 2, fake.of_vf(i).interrupts = 1;
  CHECK(fake.give({0, 0, 0, 0}).state == StepState::unchanged);
  CHECK(fake.nvme.commands.empty());
}

TEST_CASE(
    "another number is set while the controller is offline again, and not under a driver",
    "[steps][sriov]") {
  NvmeVfs fake;
  REQUIRE(fake.give({2, 2, 2, 8}).state == StepState::done);
  // What VF 3 gives back comes first.
  CHECK(fake.give({4, 2, 2, 6}).state == StepState::done);
  CHECK(
      fake.nvme.commands == Commands{
                                "offline 4", "assign 4 queues 6", "assign 4 interrupts 1",
                                "online 4", "offline 1", "assign 1 queues 4",
                                "assign 1 interrupts 1", "online 1"});
  fake.bind(0, "vfio-pci");
  const auto out = fake.give({2, 2, 2, 6});
  CHECK(out.state == StepState::failed);
  CHECK(out.error == EBUSY);
  CHECK(fake.nvme.commands.empty());
  CHECK_WORDS(
      out.cause ==
      "0000:01:00.0: VF 0: its controller is online with 4 queues, and driver vfio-pci is bound to "
      "it: unbind it, or boot anew");
  CHECK(fake.of_vf(0).queues == 4);
}

TEST_CASE(
    "VFs that were bound while their controllers were offline are mended, unless a guest has them",
    "[steps][sriov]") {
  NvmeVfs fake;
  fake.bind(0, "vfio-pci");
  fake.bind(1, "vfio-pci");
  fake.sysfs.guest_opens(fake.sysfs.vf(kPf.str(), 1));
  const auto out = fake.give({2, 2, 2, 2});
  CHECK(out.state == StepState::failed);
  CHECK(out.error == EBUSY);
  CHECK(out.got == "3 online, 2 queues and 1 interrupt each");
  CHECK_FALSE(fake.of_vf(1).online);
  CHECK_WORDS(
      out.cause.find(
          "VF 1: its controller cannot be changed while it is in use: qemu-system-x86") !=
      std::string::npos);
}

TEST_CASE(
    "a pool that is too small serves the first VFs, and the rest is told with the numbers",
    "[steps][sriov]") {
  NvmeVfs fake(with_pool({.total = 6, .most = 6}, {.total = 7, .most = 7}));
  const auto out = fake.give({0, 0, 0, 0});
  CHECK(out.state == StepState::failed);
  CHECK(out.error == ENOSPC);
  CHECK(out.got == "3 online, 2 queues and 2 interrupts each");
  CHECK_WORDS(
      out.cause ==
      "0000:01:00.0: VF 3: 4 VFs need 8 queues, and its controller has 6 of 6 to hand out: write "
      "vfs = 3");
  const auto seen = fake.look({0, 0, 0, 0});
  CHECK(seen.verdict == Verdict::short_of);
  CHECK_WORDS(seen.cause == "0000:01:00.0: VF 3: its controller is offline");
  CHECK(fake.give({0, 0, 0, 0}).writes == 0);
}

TEST_CASE("what the PF keeps and what other VFs have is not handed out twice", "[steps][sriov]") {
  NvmeVfs fake(
      with_pool({.total = 14, .primary = 4, .most = 14}, {.total = 7, .primary = 1, .most = 7}));
  fake.of_vf(5).queues = 2;
  fake.of_vf(5).interrupts = 1;
  const auto out = fake.give({0, 0, 0, 0});
  CHECK(out.state == StepState::done);
  CHECK(out.got == "4 online, 2 queues and 1 interrupt each");
}

TEST_CASE(
    "a controller that refuses, ignores or does not answer is a line in the result, and the other "
    "VFs go on",
    "[steps][sriov]") {
  {
    NvmeVfs fake;
    fake.nvme.device(kPf).sick_vf = 1;
    const auto out = fake.give({2, 2, 2, 2});
    CHECK(out.state == StepState::failed);
    CHECK(out.error == EIO);
    CHECK(out.got == "3 online, 2 queues and 1 interrupt each");
    CHECK_WORDS(
        out.cause == "0000:01:00.0: VF 1: 2 queues: NVMe status 0x006: it has an internal error");
  }
  {
    NvmeVfs fake;
    fake.nvme.device(kPf).refuses = EACCES;
    const auto out = fake.give({2, 2, 2, 2});
    CHECK(out.state == StepState::failed);
    CHECK(out.error == EACCES);
    CHECK(out.got == "none online");
    CHECK_WORDS(out.cause == "0000:01:00.0: VFs 0, 1, 2, 3: 2 queues: fake");
    CHECK(fake.look({2, 2, 2, 2}).verdict == Verdict::failed);
  }
  {
    NvmeVfs fake;
    fake.nvme.device(kPf).ignores = true;
    const auto out = fake.give({2, 2, 2, 2});
    CHECK(out.state == StepState::failed);
    CHECK_WORDS(
        out.cause.find("the controller accepted it and did not do it") != std::string::npos);
  }
  {
    NvmeVfs fake;
    fake.nvme.device(kPf).no_node = true;
    const auto out = fake.give({2, 2, 2, 2});
    CHECK(out.state == StepState::failed);
    CHECK(out.error == ENODEV);
    CHECK(fake.look({2, 2, 2, 2}).verdict == Verdict::failed);
  }
  {
    // Its driver still starts the controller.
    NvmeVfs fake;
    fake.nvme.device(kPf).starting = 2;
    CHECK(fake.give({2, 2, 2, 2}).state == StepState::done);
  }
  {
    // A VF that is not there, or that the PF does not list.
    NvmeVfs fake({}, 3);
    fake.nvme.device(kPf).secondaries.erase(fake.nvme.device(kPf).secondaries.begin());
    const auto out = fake.give({2, 2, 2, 2});
    CHECK(out.error == ENODEV);
    CHECK_WORDS(
        out.cause == "0000:01:00.0: VF 0: the PF lists no controller for it; VF 3: does not exist");
    CHECK(out.got == "2 online, 2 queues and 1 interrupt each");
  }
}

TEST_CASE(
    "controllers with numbers of their own are only set online, and without the command left alone",
    "[steps][sriov]") {
  NvmeVfs fixed(with_pool({}, {}));
  CHECK(fixed.give({0, 0, 0, 0}).state == StepState::done);
  CHECK(fixed.nvme.commands == Commands{"online 1", "online 2", "online 3", "online 4"});
  CHECK(fixed.look({0, 0, 0, 0}).verdict == Verdict::ok);
  CHECK(fixed.give({4, 0, 0, 0}).state == StepState::failed);
  CHECK(fixed.look({4, 0, 0, 0}).verdict == Verdict::short_of);

  NvmeDevice unmanaged;
  unmanaged.primary.manages = false;
  NvmeVfs plain(unmanaged);
  CHECK(plain.give({0, 0, 0, 0}).state == StepState::unchanged);
  CHECK(plain.look({0, 0, 0, 0}).verdict == Verdict::ok);
  const auto out = plain.give({0, 4, 0, 0});
  CHECK(out.state == StepState::failed);
  CHECK(out.error == EOPNOTSUPP);
  CHECK(plain.look({0, 4, 0, 0}).verdict == Verdict::failed);
  CHECK(plain.nvme.commands.empty());
}

TEST_CASE("a PF on a vfio driver is left to whoever has it", "[steps][sriov]") {
  FakeMachine fake;
  fake.sysfs.add({.driver = "vfio-pci", .netdev = ""});
  CHECK(apply(SetSecondaryControllers{kPf, {0}}, fake.machine).state == StepState::unchanged);
  CHECK(verify(SetSecondaryControllers{kPf, {0}}, fake.machine).verdict == Verdict::unknown);
}

TEST_CASE("a captured tree does not show the controllers of VFs", "[steps][sriov]") {
  FakeMachine fake;
  fake.sysfs.add({.driver = "nvme", .netdev = ""});
  const auto nothing = no_nvme();
  const auto seen = verify(
      SetSecondaryControllers{kPf, {0}},
      Machine{fake.sysfs, fake.net, fake.modules, fake.events, *nothing});
  CHECK(seen.verdict == Verdict::unknown);
  CHECK(
      apply(
          SetSecondaryControllers{kPf, {0}},
          Machine{fake.sysfs, fake.net, fake.modules, fake.events, *nothing})
          .state == StepState::failed);
}

TEST_CASE(
    "a failure of the controllers keeps no VF from its driver, and their VFs go offline with them",
    "[steps][sriov]") {
  NvmeVfs fake;
  fake.nvme.device(kPf).sick_vf = 0;
  Plan plan;
  plan.steps.push_back({CreateVfs{kPf, 4, false}, "", {}, {}, true});
  plan.steps.push_back({SetSecondaryControllers{kPf, {0, 0, 0, 0}}, "", {}, {0}, true});
  for (unsigned i = 0; i < 4; ++i)
    plan.steps.push_back(
        {BindDriver{
             kPf, i, *PciAddress::parse(fake.sysfs.vf(kPf.str(), i)), *VfDriver::parse("vfio-pci")},
         "",
         {},
         {0, 1},
         true});
  const auto report = boot(plan, fake.machine, 60s);
  CHECK_FALSE(report.complete());
  CHECK(report.steps.at(1).state == StepState::failed);
  for (unsigned i = 0; i < 4; ++i)
    CHECK(report.steps.at(2 + i).state == StepState::done);
  REQUIRE(fake.sysfs.write(kDevices + kPf.str() + "/sriov_numvfs", "0"));
  CHECK(fake.look({0, 0, 0, 0}).got == "none online");
}
