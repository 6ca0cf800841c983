// SPDX-License-Identifier: GPL-2.0-or-later
// What the firmware's tables say of an IOMMU.
#include "facts/iort.hpp"
#include "facts/read.hpp"
#include "unit/pci_tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using vfirst::test::PciTree;

namespace {

// An IORT of these nodes, each of 24 bytes.
std::string iort(std::initializer_list<unsigned char> types) {
  std::string table(48, '\0');
  table.replace(0, 4, "IORT");
  table[36] = static_cast<char>(types.size());
  table[40] = 48;
  for (const auto type : types) {
    std::string node(24, '\0');
    node[0] = static_cast<char>(type);
    node[1] = 24;
    table += node;
  }
  return table;
}

constexpr unsigned char kIts = 0, kRootComplex = 2, kSmmu = 3, kSmmuV3 = 4;

}  // namespace

TEST_CASE("an IORT counts as an IOMMU where it names an SMMU", "[facts][iommu]") {
  CHECK(facts::names_smmu(iort({kIts, kSmmuV3, kRootComplex})));
  CHECK(facts::names_smmu(iort({kIts, kRootComplex, kSmmu})));
  // What firmware writes for the interrupt controller alone.
  CHECK_FALSE(facts::names_smmu(iort({kIts, kRootComplex})));
  CHECK_FALSE(facts::names_smmu(iort({})));
}

TEST_CASE("an IORT that is cut off or goes round in circles ends the search", "[facts][iommu]") {
  const auto whole = iort({kIts, kRootComplex, kSmmuV3});
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK(facts::names_smmu(whole.substr(0, size)) == (size >= 48 + 2 * 24 + 3));
  auto circle = iort({kIts, kRootComplex});
  circle[36 + 3] = '\x7f';
  circle[48 + 1] = 0;
  CHECK_FALSE(facts::names_smmu(circle));
  auto beyond = iort({kIts, kSmmuV3});
  beyond[48 + 2] = '\xff';
  CHECK_FALSE(facts::names_smmu(beyond));
}

TEST_CASE(
    "the facts of a machine say so, and a table that cannot be read counts", "[facts][iommu]") {
  const auto of = [](const std::string& table) {
    PciTree tree;
    tree.add("sys/firmware/acpi/tables/IORT", table);
    const auto facts = read_facts(tree.root(), {});
    REQUIRE(facts);
    CHECK(facts->iommu.tables_known);
    return facts->iommu.iort;
  };
  CHECK(of(iort({kIts, kSmmuV3})));
  CHECK_FALSE(of(iort({kIts})));
  // A capture by somebody who was not root.
  CHECK(of(""));
}
