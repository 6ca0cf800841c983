// SPDX-License-Identifier: GPL-2.0-or-later
#include "export/format.hpp"
#include "unit/plan/machine.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

// A ConnectX-6 Dx, a QAT and an E810, each with the drivers of a kernel that has every variant.
Facts three_devices() {
  auto facts = Machine{}.facts();
  facts.pci = {nic("0000:3b:00.0"), nic("0000:6b:00.0"), nic("0000:af:00.0")};
  facts.pci[0].vendor = 0x15b3, facts.pci[0].sriov->vf_device = 0x101e;
  facts.pci[1].sriov->vf_device = 0x4941;
  facts.pci[2].sriov->vf_device = 0x1889;
  facts.kernels[0].modules_known = true;
  facts.kernels[0].vfio_modules = {
      {"0000:3b:00.0", {"mlx5_vfio_pci", "vfio_pci"}},
      {"0000:6b:00.0", {"qat_vfio_pci", "vfio_pci"}},
      {"0000:af:00.0", {"vfio_pci"}}};
  return facts;
}

std::string nova_policy(std::string_view more) {
  std::string out;
  for (const auto* pci : {"3b", "6b", "af"})
    out += fmt::format(
        "[pf p{}]\npci = {}:00.0\nvfs = 2\nvf-driver = vfio\n{}[vf p{} 0]\ndriver = keep\n", pci,
        pci, more, pci);
  return out;
}

std::vector<std::string> device_specs(std::string_view more) {
  const auto facts = three_devices();
  const auto made = export_nova(plan(facts, nova_policy(more)), facts, {});
  REQUIRE(made);
  std::vector<std::string> out;
  for (const auto line : split(made->document, '\n'))
    if (line.starts_with("device_spec")) out.emplace_back(line);
  return out;
}

}  // namespace

TEST_CASE(
    "nova is told each VF of a guest, unmanaged, and whether it can migrate", "[export][sriov]") {
  CHECK(
      device_specs("") ==
      std::vector<std::string>{
          R"(device_spec = {"vendor_id": "15b3", "product_id": "101e", "address": "0000:3b:10.2", )"
          R"("managed": "no", "live_migratable": "no"})",
          R"(device_spec = {"vendor_id": "8086", "product_id": "4941", "address": "0000:6b:10.2", )"
          R"("managed": "no", "live_migratable": "yes"})",
          R"(device_spec = {"vendor_id": "8086", "product_id": "1889", "address": "0000:af:10.2", )"
          R"("managed": "no", "live_migratable": "no"})"});
}

TEST_CASE(
    "a condition that only the owner knows holds for nova where the policy asks for migration",
    "[export][sriov]") {
  const auto said = device_specs("vf-migration = wanted\n");
  REQUIRE(said.size() == 3);
  CHECK(said[0].ends_with(R"("live_migratable": "yes"})"));
  CHECK(said[1].ends_with(R"("live_migratable": "yes"})"));
  CHECK(said[2].ends_with(R"("live_migratable": "no"})"));
}

TEST_CASE("without a VF for a guest there is nothing for nova", "[export]") {
  const auto facts = three_devices();
  const auto made = export_nova(plan(facts, "[pf a]\npci = 3b:00.0\nvfs = 2\n"), facts, {});
  REQUIRE_FALSE(made);
  CHECK(made.error().what == "no VF of this plan has a vfio driver, so there is nothing to export");
}
