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
using Creation = DriverQuirk::Creation;

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
  Creation creation = Creation::by_number;
  bool needs_iommu = false, vfio_denied = false, secondary_controllers = false;
  bool no_vf_settings = false;
};
constexpr std::uint32_t kNic = 0x020000, kNvme = 0x010802, kGpu = 0x030000, kCrypto = 0x0b4000,
                        kOther = 0x120000;
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
     .survives_kexec = true,
     .secondary_controllers = true},
    {.driver = "4xxx",
     .vendor = 0x8086,
     .class_code = kCrypto,
     .eswitch = Eswitch::none,
     .creation = Creation::all_or_none,
     .needs_iommu = true},
    {.driver = "420xx",
     .vendor = 0x8086,
     .class_code = kCrypto,
     .eswitch = Eswitch::none,
     .creation = Creation::all_or_none,
     .needs_iommu = true},
    {.driver = "6xxx",
     .vendor = 0x8086,
     .class_code = kCrypto,
     .eswitch = Eswitch::none,
     .creation = Creation::all_or_none,
     .needs_iommu = true},
    {.driver = "c6xx",
     .vendor = 0x8086,
     .class_code = kCrypto,
     .eswitch = Eswitch::none,
     .creation = Creation::all_or_none,
     .needs_iommu = true,
     .vfio_denied = true},
    {.driver = "c3xxx",
     .vendor = 0x8086,
     .class_code = kCrypto,
     .eswitch = Eswitch::none,
     .creation = Creation::all_or_none,
     .needs_iommu = true,
     .vfio_denied = true},
    {.driver = "dh895xcc",
     .vendor = 0x8086,
     .class_code = kCrypto,
     .eswitch = Eswitch::none,
     .creation = Creation::all_or_none,
     .needs_iommu = true,
     .vfio_denied = true},
    {.driver = "i915",
     .vendor = 0x8086,
     .class_code = kGpu,
     .eswitch = Eswitch::none,
     .total_vfs = "max_vfs",
     .creation = Creation::by_parameter},
    {.driver = "xe",
     .vendor = 0x8086,
     .class_code = kGpu,
     .eswitch = Eswitch::none,
     .total_vfs = "max_vfs"},
    {.driver = "mlx4_core",
     .vendor = 0x15b3,
     .fixed_vectors = true,
     .eswitch = Eswitch::none,
     .total_vfs = "mlxconfig",
     .creation = Creation::by_parameter},
    {.driver = "vfio-pci",
     .vendor = 0x144d,
     .class_code = kNvme,
     .managed_irqs = true,
     .eswitch = Eswitch::none,
     .creation = Creation::by_parameter,
     .secondary_controllers = true},
    {.driver = "virtio-pci",
     .vendor = 0x1af4,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none,
     .survives_kexec = true,
     .no_vf_settings = true},
    {.driver = "bnx2x",
     .vendor = 0x14e4,
     .up_before_vfs = true,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none},
    {.driver = "idpf",
     .vendor = 0x8086,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none,
     .total_vfs = "control plane",
     .no_vf_settings = true},
    {.driver = "fm10k",
     .vendor = 0x8086,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none},
    {.driver = "ionic",
     .vendor = 0x1dd8,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none},
    {.driver = "pds_core",
     .vendor = 0x1dd8,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none},
    {.driver = "octeon_ep",
     .vendor = 0x177d,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none,
     .total_vfs = "firmware"},
    {.driver = "LiquidIO",
     .vendor = 0x177d,
     .up_before_mac = true,
     .fixed_vectors = true,
     .total_vfs = "firmware"},
    {.driver = "rvu_nicpf", .vendor = 0x177d, .up_before_mac = true, .fixed_vectors = true},
    {.driver = "nfp",
     .vendor = 0x19ee,
     .up_before_mac = true,
     .fixed_vectors = true,
     .total_vfs = "firmware"},
    {.driver = "hinic3",
     .vendor = 0x19e5,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none},
    {.driver = "be2net",
     .vendor = 0x19a2,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none},
    {.driver = "enic",
     .vendor = 0x1137,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none,
     .total_vfs = "profile",
     .creation = Creation::by_parameter},
    {.driver = "qlcnic",
     .vendor = 0x1077,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none},
    {.driver = "sfc_ef100", .vendor = 0x10ee, .up_before_mac = true},
    {.driver = "sfc_siena", .vendor = 0x1924, .up_before_mac = true},
    {.driver = "ngbe",
     .vendor = 0x8088,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none,
     .no_vf_settings = true},
    {.driver = "txgbe",
     .vendor = 0x8088,
     .up_before_mac = true,
     .fixed_vectors = true,
     .eswitch = Eswitch::none,
     .no_vf_settings = true},
    {.driver = "ena", .vendor = 0x1d0f, .up_before_mac = true},
    {.driver = "mana", .vendor = 0x1414, .up_before_mac = true},
    {.driver = "alibaba_eea", .vendor = 0x1ded, .up_before_mac = true},
    {.driver = "funeth", .vendor = 0x1dad, .up_before_mac = true},
    {.driver = "fsl_enetc", .vendor = 0x1957, .up_before_mac = true},
    {.driver = "CNN55XX", .vendor = 0x1234, .class_code = kOther, .eswitch = Eswitch::none},
    {.driver = "hisi_hpre", .vendor = 0x1234, .class_code = kOther, .eswitch = Eswitch::none},
    {.driver = "hisi_sec2", .vendor = 0x1234, .class_code = kOther, .eswitch = Eswitch::none},
    {.driver = "hisi_zip", .vendor = 0x1234, .class_code = kOther, .eswitch = Eswitch::none},
    {.driver = "octeontx-cpt", .vendor = 0x1234, .class_code = kOther, .eswitch = Eswitch::none},
    {.driver = "rvu_cptpf", .vendor = 0x1234, .class_code = kOther, .eswitch = Eswitch::none},
    {.driver = "amdxdna", .vendor = 0x1234, .class_code = kOther, .eswitch = Eswitch::none},
    {.driver = "dfl-pci", .vendor = 0x1234, .class_code = kOther, .eswitch = Eswitch::none},
    {.driver = "genwqe", .vendor = 0x1234, .class_code = kOther, .eswitch = Eswitch::none},
    {.driver = "mrvl_cn10k_dpi", .vendor = 0x1234, .class_code = kOther, .eswitch = Eswitch::none},
    {.driver = "mhi-pci-generic", .vendor = 0x1234, .class_code = kOther, .eswitch = Eswitch::none},
    {.driver = "pci-pf-stub", .vendor = 0x1234, .class_code = kOther, .eswitch = Eswitch::none},
    {.driver = "nvidia",
     .vendor = 0x10de,
     .class_code = kGpu,
     .eswitch = Eswitch::none,
     .creation = Creation::by_other_means},
    {.driver = "nouveau",
     .vendor = 0x10de,
     .class_code = kGpu,
     .eswitch = Eswitch::none,
     .creation = Creation::by_other_means},
    {.driver = "amdgpu",
     .vendor = 0x1002,
     .class_code = kOther,
     .eswitch = Eswitch::none,
     .creation = Creation::by_parameter},
    {.driver = "gim",
     .vendor = 0x1002,
     .class_code = kOther,
     .eswitch = Eswitch::none,
     .creation = Creation::by_parameter},
    {.driver = "lpfc",
     .vendor = 0x1234,
     .class_code = 0x0c0400,
     .eswitch = Eswitch::none,
     .creation = Creation::by_parameter},
    {.driver = "nicpf",
     .vendor = 0x177d,
     .up_before_mac = true,
     .eswitch = Eswitch::none,
     .total_vfs = "SoC",
     .creation = Creation::by_parameter},
    {.driver = "rvu_af",
     .vendor = 0x177d,
     .class_code = kOther,
     .up_before_mac = true,
     .eswitch = Eswitch::none,
     .total_vfs = "SoC",
     .creation = Creation::by_parameter},
    {.driver = "thunder-cpt",
     .vendor = 0x1234,
     .class_code = kOther,
     .eswitch = Eswitch::none,
     .creation = Creation::by_parameter},
    {.driver = "pci-endpoint-test",
     .vendor = 0x1234,
     .class_code = kOther,
     .eswitch = Eswitch::none},
});

// No key and no argument makes its VFs: they are there, or they are not.
bool makes_them_itself(const Habit& habit) {
  return habit.creation == Creation::by_other_means || habit.driver == "enic" ||
         habit.driver == "nicpf" || habit.driver == "rvu_af";
}

Facts machine_with(const Habit& habit) {
  auto facts = Machine{}.facts();
  auto pf = nic("0000:01:00.0");
  pf.driver = habit.driver;
  pf.vendor = habit.vendor;
  pf.class_code = habit.class_code;
  if (habit.class_code != kNic) pf.ports.clear();
  if (makes_them_itself(habit)) pf.sriov->num_vfs = 2;
  facts.pci = {pf};
  return facts;
}

// The VFs that the driver needs to be asked for: all of them, where it makes all or none.
std::string vfs_of(const Habit& habit) {
  return habit.creation == Creation::all_or_none ? "vfs = max\n" : "vfs = 2\n";
}

// What a driver needs that makes VFs by a parameter.
std::string parameter_of(const Habit& habit) {
  return habit.creation == Creation::by_parameter && !makes_them_itself(habit)
             ? "[kernel]\nextra = mlx4_core.num_vfs=2 vfio-pci.enable_sriov=1 i915.max_vfs=2 "
               "gim.vf_num=2 lpfc.lpfc_sriov_nr_virtfn=2 cptpf.num_vfs=2\n"
             : "";
}

Plan plan_with(const Habit& habit, std::string_view more = {}) {
  return plan(
      machine_with(habit),
      fmt::format("{}[pf a]\npci = 01:00.0\n{}{}", parameter_of(habit), vfs_of(habit), more));
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
      const auto other_number =
          plan(machine_with(habit), "[pf a]\npci = 01:00.0\nvfs = 3\nvf-driver = vfio-pci\n");
      CHECK(
          (finding(other_number, "vfs-all-or-none") != nullptr) ==
          (habit.creation == Creation::all_or_none));
      CHECK(
          (finding(other_number, "vfs-by-parameter") || finding(other_number, "vfs-by-profile")) ==
          (habit.creation == Creation::by_parameter));
      CHECK(
          (finding(other_number, "vfs-by-other-means") != nullptr) ==
          (habit.creation == Creation::by_other_means));
      CHECK((finding(other_number, "vfs-stay-with-driver") != nullptr) == (habit.vendor == 0x10de));
      CHECK((finding(other_number, "vfio-denied") != nullptr) == habit.vfio_denied);
      CHECK(
          (position<CreateVfs>(other_number) == other_number.steps.size()) ==
          (habit.creation != Creation::by_number));
      auto without_iommu = machine_with(habit);
      without_iommu.iommu = {};
      without_iommu.iommu.tables_known = true;
      CHECK(
          (finding(
               plan(without_iommu, fmt::format("[pf a]\npci = 01:00.0\n{}", vfs_of(habit))),
               "vfs-need-iommu") != nullptr) == habit.needs_iommu);
      CHECK(too_many.find("8 VFs asked, hardware has 7") != std::string::npos);
      CHECK((too_many.find(" (set by ") != std::string::npos) == !habit.total_vfs.empty());
      CHECK(too_many.find(habit.total_vfs) != std::string::npos);
      CHECK(survives_kexec(habit.driver) == habit.survives_kexec);
      const auto with_queues = plan_with(habit, "vf-queues = 4\n");
      CHECK(
          (position<SetSecondaryControllers>(with_queues) < with_queues.steps.size()) ==
          habit.secondary_controllers);
      CHECK(
          (position<SetVfVectors>(with_queues) < with_queues.steps.size()) !=
          habit.secondary_controllers);
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
        const auto addressed = plan_with(habit, "vf-mac = 02:00:00:00:00:10\nvf-trust = on\n");
        CHECK((finding(addressed, "vf-settings-unsupported") != nullptr) == habit.no_vf_settings);
        CHECK(std::ranges::any_of(addressed.vfs, [](const PlannedVf& vf) {
                return vf.mac.has_value();
              }) == (!habit.no_vf_settings && !addressed.vfs.empty()));
        CHECK_FALSE(finding(plan_with(habit, ""), "vf-settings-unsupported"));
      }
      // Where the vendor alone tells, the plan does not change when the driver comes.
      auto later = machine_with(habit);
      later.pci[0].driver.clear();
      for (const auto* more :
           {"", "vf-mac = stable\n", "eswitch = switchdev\nrx-usecs = 8\n", "irq = reserved\n"})
        CHECK(
            plan(
                later,
                fmt::format(
                    "{}[pf a]\npci = 01:00.0\n{}{}", parameter_of(habit), vfs_of(habit), more))
                .steps == plan_with(habit, more).steps);
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
  const auto has = [](const std::vector<std::string>& list, std::string_view name) {
    return std::ranges::find(list, name) != list.end();
  };
  for (const auto& quirk : driver_quirks()) {
    INFO(quirk.driver);
    const auto name = quirk.module.empty() ? quirk.driver : quirk.module;
    const auto of_vfs = quirk.vf_module.empty() ? quirk.vf_driver : quirk.vf_module;
    CHECK(has(pf, name) == quirk.in_initramfs);
    if (quirk.in_initramfs && !of_vfs.empty() && of_vfs != name) CHECK(has(vf, of_vfs));
  }
  // The names are modules', which are not always the drivers'.
  for (const auto* module : {"igb",        "ionic",    "pds_core",  "mlx4_core",    "mlx4_en",
                             "octeon_ep",  "nfp",      "hinic3",    "idpf",         "be2net",
                             "enic",       "xe",       "i915",      "qat_4xxx",     "qat_420xx",
                             "qat_6xxx",   "qat_c62x", "qat_c3xxx", "qat_dh895xcc", "virtio_pci",
                             "virtio_net", "bnx2x",    "liquidio",  "mlx5_ib",      "ib_ipoib"})
    CHECK(has(pf, module));
  for (const auto* driver :
       {"4xxx", "c6xx", "virtio-pci", "vfio-pci", "pci-endpoint-test", "nvidia", "amdgpu"})
    CHECK_FALSE(has(pf, driver));
  CHECK(std::ranges::find(pf, "hclge") != pf.end());
  CHECK(vfio.front() == "vfio-pci");
  CHECK(std::ranges::find(vfio, "mlx5_vfio_pci") != vfio.end());
  CHECK(std::ranges::find(vfio, "vfio_iommu_type1") != vfio.end());
  CHECK(
      early_drivers() ==
      fmt::format(
          "vfio {}\npf {}\nvf {}\n", fmt::join(vfio, " "), fmt::join(pf, " "), fmt::join(vf, " ")));
}
