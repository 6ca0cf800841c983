// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/simulated.hpp"
#include "unit/plan/machine.hpp"

#include <catch2/catch_test_macros.hpp>

namespace vfirst::test {

namespace {
constexpr auto kPolicy =
    "[cpu]\nreserved-cores-per-node = 1\nisolate = yes\n[hugepages]\nsize = 1G\nper-node = "
    "8\n[iommu]\nmode = passthrough\n";

Result<Plan> planned(const Facts& facts) {
  return make_plan(facts, *parse_policy({{"t.ini", kPolicy}}, {}));
}
}  // namespace

TEST_CASE(
    "every argument of a plan is effective in the line that it leads to",
    "[kernel-arguments][report]") {
  auto facts = Machine{}.facts();
  facts.boot.cmdline = "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro quiet";
  const auto plan = planned(facts);
  REQUIRE(plan);
  const auto line = planned_line(facts, *plan);
  CHECK(line.str() == facts.boot.cmdline + " " + plan->cmdline());
  const auto machine = simulated_machine(facts);
  CHECK(not_effective(line, plan->arguments().list(), machine).empty());
  const auto seen = simulate(line, machine);
  CHECK(seen.isolated == plan->isolated);
  CHECK(seen.nohz_full == plan->isolated);
  CHECK(seen.irq_default == plan->reserved);
  CHECK(seen.passthrough == true);
  for (const auto& pages : plan->hugepages)
    for (const auto& pool : seen.hugepages)
      if (pool.size_kb == pages.size_kb) CHECK(pool.nodes.at(pages.node) == pages.pages);
}

TEST_CASE(
    "our own earlier arguments are not in the planned line twice", "[kernel-arguments][report]") {
  auto facts = Machine{}.facts();
  facts.boot.cmdline = "ro quiet";
  const auto plan = planned(facts);
  facts.boot.cmdline = "ro " + plan->cmdline() + " quiet";
  facts.boot.own_arguments = {plan->cmdline()};
  CHECK(planned_line(facts, *plan).find("isolcpus").size() == 1);
}

TEST_CASE(
    "an argument of others that equals one of ours stays theirs", "[kernel-arguments][report]") {
  auto facts = Machine{}.facts();
  facts.boot.cmdline = "iommu=pt dyndbg=\"a iommu=pt b\" quiet a=1 iommu=pt";
  facts.boot.own_arguments = {"a=1 iommu=pt"};
  CHECK(foreign_line(facts, Plan{}).str() == "iommu=pt dyndbg=\"a iommu=pt b\" quiet");
  // a run that is not there takes nothing along
  facts.boot.own_arguments = {"iommu=pt a=1"};
  CHECK(foreign_line(facts, Plan{}).str() == facts.boot.cmdline);
}

TEST_CASE(
    "another's isolcpus before ours leaves ours without effect",
    "[kernel-arguments][report][cpu]") {
  auto facts = Machine{}.facts();
  facts.boot.cmdline = "ro isolcpus=1";
  const auto plan = planned(facts);
  const auto lost =
      not_effective(planned_line(facts, *plan), plan->arguments().list(), simulated_machine(facts));
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].arg.key == "isolcpus");
}

TEST_CASE("a plan is refused where its line would not boot", "[kernel-arguments][report]") {
  auto facts = Machine{}.facts();
  facts.boot.cmdline = "ro";
  for (int i = 0; i < 33; ++i)
    facts.boot.cmdline += fmt::format(" word{}", i);
  const auto plan = planned(facts);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().what.find("Too many boot init vars at `word32'") != std::string::npos);
}

TEST_CASE(
    "a node gives its frames less those of its page structs, the first one's initramfs too",
    "[kernel-arguments][report][provisioning]") {
  auto facts = Machine{.nodes = 2, .node_gib = 4}.facts();
  facts.numa[0].gigabyte_frames = 3;
  facts.numa[1].gigabyte_frames = 4;
  const auto machine = simulated_machine(facts);
  CHECK(machine.nodes[0].frames == 1);
  CHECK(machine.nodes[1].frames == 3);
  CHECK(machine.nodes[0].most_frames == 3);
}

TEST_CASE(
    "the configuration of the named kernel counts, an unknown one has none",
    "[kernel-arguments][report]") {
  auto facts = Machine{}.facts();
  auto& kernel = facts.kernels.front();
  kernel.config_known = true;
  kernel.config = {{"CONFIG_CPU_ISOLATION", "y"}, {"CONFIG_VFIO", "m"}};
  CHECK(simulated_machine(facts).options_off.contains("CONFIG_NO_HZ_FULL"));
  CHECK_FALSE(simulated_machine(facts).options_off.contains("CONFIG_CPU_ISOLATION"));
  CHECK_FALSE(simulated_machine(facts).options_off.contains("CONFIG_VFIO"));
  const auto other = simulated_machine(facts, "5.14.0-570.el9");
  CHECK(other.options_off.empty());
  CHECK(other.kernel == KernelVersion{5, 14, 9, 570});
}

TEST_CASE(
    "the plan's own arguments have their effect on Red Hat's kernels",
    "[kernel-arguments][report]") {
  const auto facts = Machine{}.facts();
  for (const auto release :
       {"4.18.0-553.el8_10.x86_64", "5.14.0-503.el9.x86_64", "6.12.0-55.el10.x86_64"}) {
    INFO(release);
    const auto p = plan(facts, "[cpu]\nisolate = yes\n", release);
    const auto line = planned_line(facts, p);
    CHECK(line.str().contains("isolcpus=managed_irq,domain,"));
    CHECK_FALSE(finding(p, "isolcpus-no-flags"));
    const auto seen = simulate(line, simulated_machine(facts, release));
    CHECK(not_effective(line, p.arguments().list(), simulated_machine(facts, release)).empty());
    CHECK_FALSE(seen.managed_irq.empty());
    CHECK(seen.managed_irq == seen.isolated);
  }
  const auto early = plan(facts, "[cpu]\nisolate = yes\n", "4.18.0-147.el8.x86_64");
  CHECK(message(early, "isolcpus-no-flags")
            .starts_with("kernel 4.18.0-147.el8.x86_64 is not known to have isolcpus=managed_irq"));
}

}  // namespace vfirst::test
