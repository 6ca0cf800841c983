// SPDX-License-Identifier: GPL-2.0-or-later
// Every row of the driver quirk table, met by the planner: a PF of that driver, and the plan that
// the row asks for.
#include "machine.hpp"
#include "plan/kexec.hpp"
#include "plan/quirks.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>

using namespace vfirst;
using namespace vfirst::test;
using Knob = DriverQuirk::Knob;
using Eswitch = DriverQuirk::Eswitch;

namespace {

// What the drivers do, written down a second time, from their sources.
struct Habit {
  std::string_view driver{};
  std::uint16_t vendor = 0;
  std::uint32_t class_code = 0x020000;
  bool up_before_vfs = false, up_before_mac = false, fixed_vectors = false, managed_irqs = false;
  Eswitch eswitch = Eswitch::unknown;
  std::string_view total_vfs{};
  bool survives_kexec = false;
};
constexpr std::uint32_t kNic = 0x020000, kNvme = 0x010802, kGpu = 0x030000, kCrypto = 0x0b4000;
constexpr auto kHabits = std::to_array<Habit>({
    {.driver = "igb",
     .vendor = 0x8086,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none,
     .total_vfs = "driver",
     .survives_kexec = true},
    {.driver = "ixgbe",
     .vendor = 0x8086,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none,
     .total_vfs = "driver",
     .survives_kexec = true},
    {.driver = "i40e",
     .vendor = 0x8086,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none,
     .total_vfs = "NVM",
     .survives_kexec = true},
    {.driver = "ice",
     .vendor = 0x8086,
     .up_before_mac = true,
     .eswitch = Eswitch::before_vfs,
     .total_vfs = "devlink",
     .survives_kexec = true},
    {.driver = "mlx5_core",
     .vendor = 0x15b3,
     .eswitch = Eswitch::after_vfs,
     .total_vfs = "mlxconfig",
     .survives_kexec = true},
    {.driver = "bnxt_en",
     .vendor = 0x14e4,
     .up_before_vfs = true,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::after_vfs,
     .total_vfs = "NVM"},
    {.driver = "sfc", .vendor = 0x1924, .up_before_mac = true},
    {.driver = "qede", .vendor = 0x1077, .up_before_mac = true},
    {.driver = "cxgb4", .vendor = 0x1425, .up_before_mac = true},
    {.driver = "hinic", .vendor = 0x19e5, .up_before_mac = true},
    {.driver = "hns3", .vendor = 0x19e5, .up_before_mac = true},
    {.driver = "nvme",
     .vendor = 0x144d,
     .class_code = kNvme,
     .managed_irqs = true,
     .eswitch = Eswitch::none,
     .total_vfs = "controller",
     .survives_kexec = true},
    {.driver = "qat_c62x", .vendor = 0x8086, .class_code = kCrypto, .eswitch = Eswitch::none},
    {.driver = "qat_4xxx", .vendor = 0x8086, .class_code = kCrypto, .eswitch = Eswitch::none},
    {.driver = "i915",
     .vendor = 0x8086,
     .class_code = kGpu,
     .eswitch = Eswitch::none,
     .total_vfs = "max_vfs"},
    {.driver = "xe",
     .vendor = 0x8086,
     .class_code = kGpu,
     .eswitch = Eswitch::none,
     .total_vfs = "max_vfs"},
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

template <class Wanted>
std::size_t position(const Plan& plan) {
  const auto step = std::ranges::find_if(
      plan.steps, [](const Step& one) { return std::holds_alternative<Wanted>(one.action); });
  return static_cast<std::size_t>(step - plan.steps.begin());
}

// Does the embedded switch change its mode behind the VFs? Where the driver does not decide, its
// vendor does, so that the plan is the same before the driver came.
bool switches_late(const Habit& habit) {
  if (habit.eswitch == Eswitch::before_vfs) return false;
  return std::ranges::any_of(kHabits, [&](const Habit& other) {
    return other.vendor == habit.vendor && other.eswitch == Eswitch::after_vfs;
  });
}

// Is the port brought up before the VFs are made?
bool raises_port_first(const Plan& plan) {
  REQUIRE(position<CreateVfs>(plan) < plan.steps.size());
  return position<BringUp>(plan) < position<CreateVfs>(plan);
}

}  // namespace

TEST_CASE(
    "every row of the driver quirk table has a test that meets it, and no test is for a row that "
    "is gone",
    "[sriov][report]") {
  std::set<std::string_view> driven, table;
  for (const auto& habit : kHabits)
    CHECK(driven.insert(habit.driver).second);
  for (const auto& quirk : driver_quirks())
    CHECK(table.insert(quirk.driver).second);
  CHECK(driven == table);
}

TEST_CASE("the plan for a PF is what its driver's row asks for", "[sriov][report]") {
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
      CHECK(too_many.find("8 VFs asked, hardware has 7") != std::string::npos);
      CHECK((too_many.find(" (set by ") != std::string::npos) == !habit.total_vfs.empty());
      CHECK(too_many.find(habit.total_vfs) != std::string::npos);
      CHECK(survives_kexec(habit.driver) == habit.survives_kexec);
      if (habit.class_code == kNic) {
        const auto switched = plan_with(habit, "eswitch = switchdev\n");
        CHECK(
            (position<SetEswitch>(switched) > position<CreateVfs>(switched)) ==
            switches_late(habit));
        CHECK(raises_port_first(switched) == habit.up_before_vfs);
        CHECK(
            (finding(switched, "eswitch-unsupported") != nullptr) ==
            (habit.eswitch == Eswitch::none));
        CHECK_FALSE(finding(plan_with(habit, "eswitch = legacy\n"), "eswitch-unsupported"));
      }
      // Where the vendor alone tells, the plan does not change when the driver comes.
      auto later = machine_with(habit);
      later.pci[0].driver.clear();
      for (const auto* more :
           {"", "vf-mac = stable\n", "eswitch = switchdev\nrx-usecs = 8\n", "irq = reserved\n"})
        CHECK(
            plan(later, fmt::format("[pf a]\npci = 01:00.0\nvfs = 2\n{}", more)).steps ==
            plan_with(habit, more).steps);
    }
}

TEST_CASE(
    "a PF of a driver that nobody knows is raised for MAC addresses and not for VFs",
    "[sriov][report][network]") {
  const Habit unknown{.driver = "tsnep", .vendor = 0x110a};
  CHECK_FALSE(raises_port_first(plan_with(unknown)));
  CHECK(raises_port_first(plan_with(unknown, "vf-mac = stable\n")));
}

TEST_CASE(
    "bnxt_en's switch changes its mode once its VFs exist, and its port is up before that",
    "[sriov][report][network]") {
  const Habit bnxt{.driver = "bnxt_en", .vendor = 0x14e4};
  CHECK(
      described(plan_with(bnxt, "eswitch = switchdev\n")) ==
      std::vector<std::string>{
          "wait for the driver of 0000:01:00.0", "bring 0000:01:00.0 up",
          "create 2 VFs on 0000:01:00.0", "set the eswitch of 0000:01:00.0 to switchdev mode",
          "let the kernel choose the driver of VF 0 of 0000:01:00.0 (0000:01:10.0)",
          "let the kernel choose the driver of VF 1 of 0000:01:00.0 (0000:01:10.2)"});
}

TEST_CASE(
    "the drivers that an initramfs needs come from the rows and from the vfio drivers",
    "[sriov][report][provisioning]") {
  const auto pf = early_drivers("pf"), vf = early_drivers("vf"), vfio = early_drivers("vfio");
  for (const auto& quirk : driver_quirks()) {
    INFO(quirk.driver);
    const std::string name(quirk.driver), of_vfs(quirk.vf_driver);
    CHECK((std::ranges::find(pf, name) != pf.end()) == quirk.in_initramfs);
    if (quirk.in_initramfs && !of_vfs.empty() && of_vfs != name)
      CHECK(std::ranges::find(vf, of_vfs) != vf.end());
  }
  CHECK(std::ranges::find(pf, "hclge") != pf.end());
  CHECK(vfio.front() == "vfio-pci");
  CHECK(std::ranges::find(vfio, "mlx5_vfio_pci") != vfio.end());
  // the graphics driver is not there, so its variant driver is not either
  CHECK(std::ranges::find(vfio, "xe-vfio-pci") == vfio.end());
  CHECK(std::ranges::find(vfio, "vfio_iommu_type1") != vfio.end());
  CHECK(
      early_drivers() ==
      fmt::format(
          "vfio {}\npf {}\nvf {}\n", fmt::join(vfio, " "), fmt::join(pf, " "), fmt::join(vf, " ")));
}
