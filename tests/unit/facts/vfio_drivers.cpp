// SPDX-License-Identifier: GPL-2.0-or-later
// The vfio drivers that a kernel has for the VFs of a PF, by modules.alias.
#include "facts/read.hpp"
#include "unit/kernel_tree.hpp"
#include "unit/pci_tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr auto kCard = "0000:3b:00.0";
constexpr auto kEveryDevice = "alias=vfio_pci:v*d*sv*sd*bc*sc*i*";
// As scripts/mod/file2alias.c writes what PCI_DRIVER_OVERRIDE_DEVICE_VFIO(0x15b3, 0x101e) matches.
constexpr auto kConnectX = "alias=vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i*";

using ModuleFiles = std::vector<std::pair<std::string, std::vector<std::string>>>;

// A ConnectX-6 Dx without VFs, and a kernel with these modules.
PciTree tree_with(const ModuleFiles& modules, const std::string& release = "6.18.0") {
  PciTree tree;
  tree.function(kCard, "pci0000:17", "020000", "15b3:101d", "15b3:0042");
  tree.pf(kCard, 8);
  tree.at(kCard, {{"sriov_vf_device", "101e\n"}});
  tree.add("lib/modules/" + release + "/modules.builtin", "");
  tree.add("lib/modules/" + release + "/modules.order", "");
  for (const auto& [name, modinfo] : modules)
    tree.add(fmt::format("lib/modules/{}/kernel/{}.ko", release, name), module_object(modinfo));
  if (!run_depmod(tree, release)) SKIP("no depmod");
  return tree;
}

std::vector<std::string> vfio_found(const PciTree& tree) {
  const auto facts = read_facts(tree.root());
  REQUIRE(facts);
  REQUIRE(facts->kernels.size() == 1);
  const auto at = facts->kernels[0].vfio_modules.find(kCard);
  return at == facts->kernels[0].vfio_modules.end() ? std::vector<std::string>{} : at->second;
}

using ModuleNames = std::vector<std::string>;

}  // namespace

TEST_CASE("the variant driver of a device stands before vfio-pci, without VFs", "[facts][sriov]") {
  const auto tree = tree_with(
      {{"vfio-pci", {kEveryDevice}},
       {"mlx5-vfio-pci", {kConnectX}},
       {"qat_vfio_pci", {"alias=vfio_pci:v00008086d00004941sv*sd*bc*sc*i*"}}});
  CHECK(vfio_found(tree) == ModuleNames{"mlx5_vfio_pci", "vfio_pci"});
  const auto facts = read_facts(tree.root());
  REQUIRE(facts);
  CHECK(facts->kernels[0].modules.at("mlx5_vfio_pci") == ModuleState::loadable);
}

TEST_CASE("without a variant driver there is vfio-pci, without that nothing", "[facts][sriov]") {
  CHECK(vfio_found(tree_with({{"vfio-pci", {kEveryDevice}}})) == ModuleNames{"vfio_pci"});
  CHECK(vfio_found(tree_with({{"ice", {"license=GPL"}}})).empty());
}

TEST_CASE("of two variant drivers the one with fewer wildcards is the better", "[facts][sriov]") {
  const auto of_this_card = "alias=vfio_pci:v000015B3d0000101Esv000015B3sd00000042bc*sc*i*";
  const auto of_another = "alias=vfio_pci:v000015B3d0000101Esv000015B3sd00000043bc*sc*i*";
  const auto of_the_vendor = "alias=vfio_pci:v000015B3d*sv*sd*bc*sc*i*";
  const auto of_its_class = "alias=vfio_pci:v000015B3d0000101Esv*sd*bc02sc00i*";
  CHECK(
      vfio_found(tree_with(
          {{"vfio-pci", {kEveryDevice}},
           {"aaa-vfio-pci", {kConnectX}},
           {"zzz-vfio-pci", {of_this_card}}})) ==
      ModuleNames{"zzz_vfio_pci", "aaa_vfio_pci", "vfio_pci"});
  CHECK(
      vfio_found(tree_with(
          {{"vfio-pci", {kEveryDevice}},
           {"aaa-vfio-pci", {of_the_vendor}},
           {"mlx5-vfio-pci", {kConnectX}}})) ==
      ModuleNames{"mlx5_vfio_pci", "aaa_vfio_pci", "vfio_pci"});
  // a card of another subsystem does not count, however close its pattern is
  CHECK(
      vfio_found(tree_with(
          {{"vfio-pci", {kEveryDevice}},
           {"aaa-vfio-pci", {of_another}},
           {"mlx5-vfio-pci", {kConnectX}}})) == ModuleNames{"mlx5_vfio_pci", "vfio_pci"});
  // one module may have several patterns: its closest one counts
  CHECK(
      vfio_found(tree_with(
          {{"vfio-pci", {kEveryDevice}},
           {"aaa-vfio-pci", {of_the_vendor, of_its_class}},
           {"mlx5-vfio-pci", {kConnectX}}})) ==
      ModuleNames{"aaa_vfio_pci", "mlx5_vfio_pci", "vfio_pci"});
}

TEST_CASE("without modules.alias as text, vfio-pci is still the last", "[facts][sriov]") {
  auto tree = tree_with(
      {{"vfio-pci", {kEveryDevice}}, {"aaa-vfio-pci", {kConnectX}}, {"zzz-vfio-pci", {kConnectX}}});
  std::filesystem::remove(tree.path() / "lib/modules/6.18.0/modules.alias");
  const auto names = vfio_found(tree);
  REQUIRE(names.size() == 3);
  CHECK(names.back() == "vfio_pci");
}

TEST_CASE("nothing is matched for a PF that does not tell its VFs' device ID", "[facts][sriov]") {
  auto tree = tree_with({{"vfio-pci", {kEveryDevice}}, {"mlx5-vfio-pci", {kConnectX}}});
  tree.at(kCard, {{"sriov_vf_device", "0\n"}});
  CHECK(vfio_found(tree).empty());
}

TEST_CASE("the aliases of plain PCI drivers are no vfio drivers", "[facts][sriov]") {
  CHECK(
      vfio_found(tree_with(
          {{"vfio-pci", {kEveryDevice}},
           {"mlx5_core", {"alias=pci:v000015B3d0000101Esv*sd*bc*sc*i*"}}})) ==
      ModuleNames{"vfio_pci"});
}
