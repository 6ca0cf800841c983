// SPDX-License-Identifier: GPL-2.0-or-later
// VFs that no guest can have, because their PF is in their IOMMU group.
#include "unit/plan/machine.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr auto kGuests = "[pf a]\nvendor = 8086\nvfs = 2\nvf-driver = vfio-pci\n";

PciFunction bridge(std::string_view address) {
  PciFunction f;
  f.address = bdf(address);
  f.class_code = 0x060400;
  return f;
}

// A NIC below a root port; the members of group 3 are named.
Facts with_group(std::vector<std::string_view> members) {
  auto facts = with_nic();
  facts.pci[0].bridges = {bdf("0000:00:01.0")};
  facts.pci.insert(facts.pci.begin(), bridge("0000:00:01.0"));
  IommuGroup group{3, "DMA", {}};
  for (const auto member : members) {
    group.members.push_back(bdf(member));
    for (auto& function : facts.pci)
      if (function.address == bdf(member)) function.iommu_group = 3;
  }
  facts.iommu.groups.push_back(std::move(group));
  return facts;
}

const Finding* kept(const Facts& facts, const std::string& text = kGuests) {
  static Plan made;
  made = plan(facts, text);
  return finding(made, "iommu-group-pf");
}

}  // namespace

TEST_CASE(
    "VFs that will join their PF's group are an error: no guest gets them while the PF has its "
    "driver",
    "[iommu][sriov][report]") {
  const auto facts = with_group({"0000:00:01.0", "0000:01:00.0"});
  const auto* one = kept(facts);
  REQUIRE(one);
  CHECK(one->severity == Severity::error);
  CHECK(one->is_about(Subject::device(bdf("0000:01:00.0"))));
  CHECK_WORDS(
      one->message ==
      "0000:01:00.0 and its VFs share IOMMU group 3, because 0000:00:01.0 above them has no ACS in "
      "use: as long as igb is bound to the PF, the kernel gives no VF of it to a guest, even one "
      "that is bound to vfio-pci; turn ACS on in the BIOS setup, or use another slot");
  // They are made and bound all the same.
  CHECK(plan(facts, kGuests).vfs.size() == 2);
  CHECK(kept(facts, std::string(kGuests) + "required = no\n")->severity == Severity::warning);
}

TEST_CASE("VFs that exist tell their group themselves", "[iommu][sriov][report]") {
  auto facts = with_group({"0000:01:00.0", "0000:01:10.0"});
  auto vf = nic("0000:01:10.0");
  vf.sriov.reset();
  vf.physfn = bdf("0000:01:00.0");
  facts.pci.push_back(vf);
  REQUIRE(kept(facts));
  // A VF of another PF is no sign.
  facts.pci.back().physfn = bdf("0000:02:00.0");
  CHECK_FALSE(kept(facts));
}

TEST_CASE("a PF in a group of its own, or VFs for the host, are fine", "[iommu][sriov][report]") {
  CHECK_FALSE(kept(with_group({"0000:01:00.0"})));
  CHECK_FALSE(kept(with_group({"0000:00:01.0"})));
  const auto shared = with_group({"0000:00:01.0", "0000:01:00.0"});
  CHECK_FALSE(kept(shared, "[pf a]\nvendor = 8086\nvfs = 2\nvf-driver = keep\n"));
  CHECK_FALSE(kept(shared, "[pf a]\nvendor = 8086\nvfs = 0\n"));
}

TEST_CASE(
    "arguments of the next boot that may part the groups make it a warning",
    "[iommu][sriov][report]") {
  auto facts = with_group({"0000:00:01.0", "0000:01:00.0"});
  for (const auto* word : {"pcie_acs_override=downstream", "pci=config_acs=xx11x@pci:0:0"}) {
    const auto* one = kept(facts, std::string(kGuests) + "[kernel]\nextra = " + word + "\n");
    REQUIRE(one);
    CHECK(one->severity == Severity::warning);
    // This boot has it already, and the group is still one.
    auto tried = facts;
    tried.boot.cmdline = word;
    CHECK(kept(tried)->severity == Severity::error);
  }
}
