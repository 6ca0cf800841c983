// SPDX-License-Identifier: GPL-2.0-or-later
// A second run writes nothing, on a PF of whatever driver of the quirk table makes VFs by sysfs.
// (NVMe controllers, which hand out queues besides, are among the made-up hosts of safety.cpp.)
#include "plan/quirks.hpp"
#include "steps/boot.hpp"
#include "unit/steps/family_host.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;
using namespace std::chrono_literals;
using Creation = DriverQuirk::Creation;

namespace {

// The rows of NICs are those with a port that has to be up for something.
bool drives_nics(const DriverQuirk& quirk) {
  return quirk.up_before_mac || quirk.driver == "mlx5_core";
}

std::string policy_for(const DriverQuirk& quirk) {
  std::string out = "[pf a]\npci = 3b:00.0\n";
  out += quirk.creation == Creation::all_or_none ? "vfs = max\n" : "vfs = 4\n";
  out += quirk.vfio_denied ? "vf-driver = none\n" : "vf-driver = vfio-pci\n";
  if (drives_nics(quirk))
    out += "vf-mac = stable\nvf-trust = on\nrx-usecs = 20\nqueues = 2\nirq = reserved\n";
  return out;
}

}  // namespace

TEST_CASE(
    "a second run writes nothing on a PF of any driver of the quirk table", "[sriov][steps]") {
  unsigned drivers = 0;
  for (const auto& quirk : driver_quirks()) {
    const bool by_sysfs =
        quirk.creation == Creation::by_number || quirk.creation == Creation::all_or_none;
    if (!by_sysfs || quirk.secondary_controllers) continue;
    ++drivers;
    DYNAMIC_SECTION(quirk.driver) {
      const auto vendor = fmt::format("{:04x}", quirk.vendor ? quirk.vendor : 0x1234);
      FamilyHost host(
          {.driver = quirk.driver,
           .vendor = vendor,
           .device = "7777",
           .vf_device = "7778",
           .is_nic = drives_nics(quirk)});
      const auto text = policy_for(quirk);
      const auto plan = host.plan(text);
      const auto first = boot(plan, host.fake.machine, 60s);
      for (const auto& step : first.steps) {
        INFO(step.text << ": " << step.cause);
        CHECK((step.state == StepState::done || step.state == StepState::unchanged));
      }
      CHECK(first.writes() > 1);
      CHECK_FALSE(plan.vfs.empty());

      host.forget();
      const auto again = host.plan(text);
      CHECK(again.hash() == plan.hash());
      const auto second = boot(again, host.fake.machine, 60s);
      CHECK(second.complete());
      CHECK(second.writes() == 0);
      CHECK(host.fake.sysfs.writes() == std::vector<std::string>{});
      CHECK(host.fake.net.writes == 0);
    }
  }
  CHECK(drivers > 40);
}
