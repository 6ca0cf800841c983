// SPDX-License-Identifier: GPL-2.0-or-later
// Every row of the driver quirk table, met by the planner: a PF of that driver, and the plan that
// the row asks for.
#include "machine.hpp"
#include "plan/quirks.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;
using Knob = DriverQuirk::Knob;
using Eswitch = DriverQuirk::Eswitch;

namespace {

// The rows as the reference has them, written down a second time.
struct Habit {
  std::string_view driver;
  std::uint16_t vendor;
  std::uint32_t class_code;
  bool up_before_vfs, up_before_mac, fixed_vectors, managed_irqs;
  Eswitch eswitch;
  std::string_view total_vfs;
};
constexpr std::uint32_t kNic = 0x020000, kNvme = 0x010802, kGpu = 0x030000;
constexpr auto kHabits = std::to_array<Habit>({
    {"mlx5_core", 0x15b3, kNic, false, false, false, false, Eswitch::after_vfs, "mlxconfig"},
    {"ice", 0x8086, kNic, false, true, false, false, Eswitch::before_vfs, "devlink"},
    {"i40e", 0x8086, kNic, false, true, true, false, Eswitch::none, "NVM"},
    {"ixgbe", 0x8086, kNic, false, true, true, false, Eswitch::none, "driver"},
    {"igb", 0x8086, kNic, false, true, true, false, Eswitch::none, "driver"},
    {"bnxt_en", 0x14e4, kNic, true, true, true, false, Eswitch::after_vfs, "NVM"},
    {"nvme", 0x144d, kNvme, false, false, false, true, Eswitch::none, "controller"},
    {"i915", 0x8086, kGpu, false, false, false, false, Eswitch::none, "max_vfs"},
    {"xe", 0x8086, kGpu, false, false, false, false, Eswitch::none, "max_vfs"},
});

Facts machine_with(const Habit& habit) {
  auto facts = Machine{}.facts();
  auto pf = nic("0000:01:00.0");
  pf.driver = habit.driver;
  pf.vendor = habit.vendor;
  pf.class_code = habit.class_code;
  if (habit.class_code != kNic) pf.ports.clear();
  facts.pci = {pf};
  return facts;
}

Plan plan_with(const Habit& habit, std::string_view more = {}) {
  return plan(machine_with(habit), fmt::format("[pf a]\npci = 01:00.0\nvfs = 2\n{}", more));
}

bool raises_port_first(const Plan& plan) {
  const auto steps = described(plan);
  const auto up = std::ranges::find(steps, "bring 0000:01:00.0 up"),
             made = std::ranges::find(steps, "create 2 VFs on 0000:01:00.0");
  REQUIRE(made != steps.end());
  return up < made;
}

}  // namespace

TEST_CASE(
    "every row of the driver quirk table has a test that meets it, and no test is for a row that "
    "is gone") {
  std::set<std::string_view> driven, table;
  for (const auto& habit : kHabits)
    CHECK(driven.insert(habit.driver).second);
  for (const auto& quirk : driver_quirks())
    CHECK(table.insert(quirk.driver).second);
  CHECK(driven == table);
}

TEST_CASE("the plan for a PF is what its driver's row asks for") {
  for (const auto& habit : kHabits)
    DYNAMIC_SECTION(habit.driver) {
      CHECK(raises_port_first(plan_with(habit)) == habit.up_before_vfs);
      CHECK(
          raises_port_first(plan_with(habit, "vf-mac = stable\n")) ==
          (habit.class_code == kNic && habit.up_before_mac));
      CHECK(
          (finding(plan_with(habit, "vf-queues = 4\n"), "vf-queues-fixed") != nullptr) ==
          habit.fixed_vectors);
      CHECK(
          (finding(plan_with(habit, "irq = reserved\n"), "irq-managed") != nullptr) ==
          habit.managed_irqs);
      const auto too_many =
          message(plan(machine_with(habit), "[pf a]\npci = 01:00.0\nvfs = 8\n"), "vfs-too-many");
      CHECK(too_many.find("8 VFs asked, hardware has 7 (set by ") != std::string::npos);
      CHECK(too_many.find(habit.total_vfs) != std::string::npos);
      const auto* quirk = quirk_of_driver(habit.driver);
      REQUIRE(quirk);
      CHECK(quirk->eswitch == habit.eswitch);
      CHECK(quirk->managed_irqs == habit.managed_irqs);
      // Where the vendor alone tells, the plan does not change when the driver comes.
      auto later = machine_with(habit);
      later.pci[0].driver.clear();
      for (const auto* more : {"", "vf-mac = stable\n"})
        CHECK(
            plan(later, fmt::format("[pf a]\npci = 01:00.0\nvfs = 2\n{}", more)).steps ==
            plan_with(habit, more).steps);
    }
}

TEST_CASE("a PF of a driver that nobody knows is raised for MAC addresses and not for VFs") {
  const Habit unknown{"sfc", 0x1924, kNic, false, true, false, false, Eswitch::none, ""};
  CHECK_FALSE(raises_port_first(plan_with(unknown)));
  CHECK(raises_port_first(plan_with(unknown, "vf-mac = stable\n")));
}
