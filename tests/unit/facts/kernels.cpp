// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/read.hpp"
#include "unit/kernel_tree.hpp"
#include "unit/pci_tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

std::vector<Kernel> kernels_of(const TempTree& tree, const ReadOptions& options = {}) {
  auto facts = read_facts(tree.root(), options);
  REQUIRE(facts);
  return std::move(facts->kernels);
}

std::vector<std::string> releases(const std::vector<Kernel>& kernels) {
  std::vector<std::string> out;
  for (const auto& kernel : kernels)
    out.push_back(kernel.release);
  return out;
}

}  // namespace

TEST_CASE("installed kernels come newest first, by number and not by letter", "[facts]") {
  PciTree tree;
  for (const auto* release :
       {"6.1.0-9-amd64", "6.1.0-18-amd64", "6.12.95+deb13-amd64", "6.13-rc1", "6.13.0"})
    tree.add(fmt::format("boot/vmlinuz-{}", release), ""),
        tree.add(fmt::format("lib/modules/{}/", release), "");
  tree.add("lib/modules/5.10.0-left-behind/kernel/", "");
  tree.add("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
  const auto kernels = kernels_of(tree);
  CHECK(
      releases(kernels) ==
      std::vector<std::string>{
          "6.13.0", "6.13-rc1", "6.12.95+deb13-amd64", "6.1.0-18-amd64", "6.1.0-9-amd64"});
  CHECK(kernels[3].running);
  CHECK(!kernels[0].running);
  CHECK(kernels[2].version == KernelVersion{6, 12});
}

TEST_CASE("a tree without kernels has the one that runs and the one that is named", "[facts]") {
  PciTree tree;
  CHECK(kernels_of(tree).empty());
  CHECK(
      releases(kernels_of(tree, {.kernel = "6.12.0", .modules = {}})) ==
      std::vector<std::string>{"6.12.0"});
  tree.add("proc/sys/kernel/osrelease", "5.14.0\n");
  CHECK(
      releases(kernels_of(tree, {.kernel = "6.12.0", .modules = {}})) ==
      std::vector<std::string>{"6.12.0", "5.14.0"});
}

TEST_CASE("only the options that a plan needs are kept, unset ones are absent", "[facts]") {
  PciTree tree;
  tree.add(
      {{"boot/vmlinuz-6.12.0", ""},
       {"lib/modules/6.12.0/", ""},
       {"boot/config-6.12.0",
        "# CONFIG_CMDLINE_BOOL is not "
        "set\nCONFIG_NO_HZ_FULL=y\nCONFIG_NR_CPUS=8192\nCONFIG_CMDLINE=\"quiet "
        "a=b\"\nCONFIG_UNRELATED=y\n"}});
  const auto kernels = kernels_of(tree);
  CHECK(kernels[0].config_known);
  CHECK(
      kernels[0].config ==
      std::map<std::string, std::string>{
          {"CONFIG_NO_HZ_FULL", "y"}, {"CONFIG_NR_CPUS", "8192"}, {"CONFIG_CMDLINE", "quiet a=b"}});
}

TEST_CASE("drivers of SR-IOV functions are found by the modalias of PF and VF", "[facts][sriov]") {
  PciTree tree;
  tree.function("0000:3b:00.0", "pci0000:17", "020000", "8086:1592", "8086:0002");
  tree.pf("0000:3b:00.0", 8);
  tree.at(
      "0000:3b:00.0", {{"modalias", "pci:v00008086d00001592sv00008086sd00000002bc02sc00i00\n"}});
  tree.add(
      "lib/modules/6.12.0/kernel/ice.ko",
      module_object({"alias=pci:v00008086d00001592sv*sd*bc*sc*i*"}));
  tree.add(
      "lib/modules/6.12.0/kernel/iavf.ko",
      module_object({"alias=pci:v00008086d00001889sv*sd*bc*sc*i*"}));
  tree.add("lib/modules/6.12.0/kernel/vfio-pci.ko", module_object({"license=GPL"}));
  tree.add("lib/modules/6.12.0/modules.builtin", "kernel/drivers/vfio/vfio.ko\n");
  tree.add("lib/modules/6.12.0/modules.order", "");
  if (!run_depmod(tree, "6.12.0")) SKIP("no depmod");
  const auto kernels = kernels_of(tree, {.kernel = {}, .modules = {"igbvf"}});
  CHECK(kernels[0].modules_known);
  CHECK(
      kernels[0].modules == std::map<std::string, ModuleState>{
                                {"iavf", ModuleState::loadable},
                                {"ice", ModuleState::loadable},
                                {"igbvf", ModuleState::missing},
                                {"vfio", ModuleState::builtin},
                                {"vfio-pci", ModuleState::loadable},
                                {"vfio_iommu_type1", ModuleState::missing}});
}

TEST_CASE("what the running kernel has loaded counts, index or not", "[facts]") {
  PciTree tree;
  tree.add(
      {{"proc/sys/kernel/osrelease", "6.12.0\n"},
       {"sys/module/vfio_pci/initstate", "live\n"},
       {"sys/module/vfio/parameters/", ""}});
  const auto kernels = kernels_of(tree);
  CHECK(!kernels[0].modules_known);
  CHECK(
      kernels[0].modules ==
      std::map<std::string, ModuleState>{
          {"vfio", ModuleState::builtin}, {"vfio-pci", ModuleState::loadable}});
}
