// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/modules.hpp"
#include "unit/kernel_tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

TEST_CASE("a kernel's index tells loadable, built in and missing apart", "[machine]") {
  TempTree tree{
      {"lib/modules/6.12.95/modules.builtin", "kernel/drivers/vfio/vfio.ko\n"},
      {"lib/modules/6.12.95/modules.order", ""}};
  tree.add(
      "lib/modules/6.12.95/kernel/vfio-pci.ko", module_object({"license=GPL", "name=vfio_pci"}));
  tree.add(
      "lib/modules/6.12.95/kernel/ice.ko",
      module_object({"license=GPL", "alias=pci:v00008086d00001592sv*sd*bc*sc*i*", "name=ice"}));
  if (!run_depmod(tree, "6.12.95")) SKIP("no depmod");
  const auto root = tree.root();
  const auto index = ModuleIndex::open(root, "lib/modules/6.12.95");
  REQUIRE(index);
  CHECK(index->state("vfio-pci") == ModuleIndex::State::loadable);
  CHECK(index->state("vfio_pci") == ModuleIndex::State::loadable);
  CHECK(index->state("vfio") == ModuleIndex::State::builtin);
  CHECK(index->state("mlx5_core") == ModuleIndex::State::missing);
  CHECK(
      index->for_modalias("pci:v00008086d00001592sv00008086sd00000002bc02sc00i00") ==
      std::vector<std::string>{"ice"});
  CHECK(index->for_modalias("pci:v00008086d00001593sv00008086sd00000002bc02sc00i00").empty());
}

TEST_CASE("without an index there is nothing to ask", "[machine]") {
  TempTree tree{{"lib/modules/6.12.95/kernel/", ""}};
  const auto root = tree.root();
  const auto index = ModuleIndex::open(root, "lib/modules/6.12.95");
  REQUIRE(!index);
  CHECK(index.error().what == "lib/modules/6.12.95: no modules.dep.bin");
}
