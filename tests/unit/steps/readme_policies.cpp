// SPDX-License-Identifier: GPL-2.0-or-later
// The policies of README.md, as they stand there: each is planned without an error or a warning for
// a machine with cards of its family, is carried out on that machine, whose drivers answer as their
// sources say, and a second run writes nothing.
#include "steps/apply.hpp"
#include "steps/boot.hpp"
#include "unit/steps/family_host.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <fstream>

using namespace vfirst;
using namespace vfirst::test;
using namespace std::chrono_literals;

namespace {

// The INI blocks of a chapter of README.md.
std::vector<std::string> readme_blocks(const std::string& wanted) {
  std::ifstream page(std::string(VFIRST_TESTS_DIR) + "/../README.md");
  REQUIRE(page.good());
  std::vector<std::string> out;
  bool in_chapter = false, in_block = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) in_chapter = line == "## " + wanted;
    if (!in_chapter) continue;
    if (line.starts_with("```")) {
      in_block = line == "```ini";
      if (in_block) out.emplace_back();
    } else if (in_block) {
      out.back() += line + "\n";
    }
  }
  return out;
}

// The first one is a whole policy; each other one takes the place of its [pf] section.
std::vector<std::string> readme_policies() {
  auto out = readme_blocks("A policy");
  REQUIRE_FALSE(out.empty());
  const auto pf = out[0].find("[pf ");
  REQUIRE(pf != std::string::npos);
  for (auto& text : out)
    if (&text != &out[0]) text = out[0].substr(0, pf) + text;
  return out;
}

struct ReadmeFamily : CardFamily {
  // What its VFs are bound to.
  std::string_view vf_driver = "vfio-pci";

  bool is_meant(std::string_view policy) const {
    return policy.find(fmt::format("\nvendor = {}", vendor)) != policy.npos &&
           policy.find(fmt::format("\ndevice = {}", device)) != policy.npos;
  }
};
constexpr ReadmeFamily kReadmeFamilies[] = {
    {{"ice", "8086", "1592", "1889", 128}},
    {{"i40e", "8086", "1572", "154c", 64, 16}},
    {{"mlx5_core", "15b3", "101d", "101e", 8, 2}, "mlx5_vfio_pci"},
    {{"bnxt_en", "14e4", "1750", "1806", 16}},
    {{"igb", "8086", "1521", "1520", 7, 128, 4}},
    {{"virtio-pci", "1af4", "1041", "1041", 4}},
};

// Planned without a warning, all of it done, and nothing written by a second run.
Plan carry_out(FamilyHost& host, const std::string& text) {
  const auto plan = host.plan(text);
  for (const auto& finding : plan.findings) {
    INFO(finding.line());
    CHECK(finding.severity == Severity::note);
  }
  const auto first = boot(plan, host.fake.machine, 60s);
  CHECK(first.skipped.empty());
  CHECK(first.complete());
  CHECK(first.steps.size() == plan.steps.size());
  for (const auto& step : first.steps) {
    INFO(step.text << ": " << step.cause);
    CHECK((step.state == StepState::done || step.state == StepState::unchanged));
  }
  for (const auto& step : plan.steps) {
    const auto seen = verify(step.action, host.fake.machine);
    INFO(describe(step.action) << ": " << seen.cause);
    CHECK(seen.verdict == Verdict::ok);
  }
  host.forget();
  const auto again = host.plan(text);
  CHECK(again.hash() == plan.hash());
  const auto second = boot(again, host.fake.machine, 60s);
  CHECK(second.complete());
  CHECK(second.writes() == 0);
  CHECK(host.fake.sysfs.writes() == std::vector<std::string>{});
  CHECK(host.fake.net.writes == 0);
  return plan;
}

}  // namespace

TEST_CASE("README has a policy for each family of NICs", "[policy][sriov]") {
  const auto policies = readme_policies();
  CHECK(policies.size() == std::size(kReadmeFamilies));
  for (const auto& family : kReadmeFamilies) {
    INFO(family.driver);
    CHECK(std::ranges::count_if(policies, [&](const auto& one) {
            return family.is_meant(one);
          }) == 1);
  }
}

TEST_CASE(
    "README's policies are planned without a warning, carried out, and done by one run",
    "[policy][sriov][steps]") {
  for (const auto& text : readme_policies())
    for (const auto& family : kReadmeFamilies) {
      if (!family.is_meant(text)) continue;
      DYNAMIC_SECTION(family.driver) {
        FamilyHost host(family);
        const auto plan = carry_out(host, text);
        REQUIRE(plan.pfs.size() == 2);
        CHECK(plan.pfs[0].vfs > 3);
        CHECK(plan.vfs.size() == 2 * plan.pfs[0].vfs);
        for (const auto& vf : plan.vfs)
          CHECK(host.driver_of(vf.address) == family.vf_driver);
      }
    }
}

TEST_CASE("README's policy for a guest is carried out in one", "[policy][network][steps]") {
  const auto blocks = readme_blocks("Give the VFs to guests");
  REQUIRE(blocks.size() == 1);
  FamilyHost guest(
      {.driver = "iavf",
       .vendor = "8086",
       .device = "1889",
       .vf_device = "",
       .total = 0,
       .cards = 1});
  const auto plan = carry_out(guest, blocks[0]);
  CHECK(plan.vfs.empty());
  CHECK(plan.pfs.size() == 1);
  CHECK_FALSE(guest.fake.net.port(10).moderation.rx_dynamic);
}

// E810: adaptive coalescing is on when the driver comes, and it refuses a time until that is off.
TEST_CASE(
    "README's E810 policy ends adaptive coalescing before it sets a time", "[policy][network]") {
  const auto& family = kReadmeFamilies[0];
  const auto text = readme_policies().front();
  REQUIRE(family.is_meant(text));
  FamilyHost host(family);
  auto& port = host.fake.net.port(10);
  REQUIRE(port.moderation.rx_dynamic);
  REQUIRE_FALSE(host.fake.net.set_coalescing(10, {.rx_usecs = 0}).has_value());
  CHECK(boot(host.plan(text), host.fake.machine, 60s).complete());
  CHECK_FALSE(port.moderation.rx_dynamic);
  CHECK(port.moderation.answers.rx_usecs == 0U);
}
