// SPDX-License-Identifier: GPL-2.0-or-later
// `isolate = balanced`: everything is kept away from the guests' CPUs but the scheduler's
// balancing.
#include "plan/simulated.hpp"
#include "unit/plan/machine.hpp"
#include "unit/words.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr auto kBalanced = "[cpu]\nisolate = balanced\n";

const WantIsolated* wanted_isolation(const Plan& plan) {
  for (const auto& one : plan.expectations)
    if (const auto* want = std::get_if<WantIsolated>(&one.want)) return want;
  return nullptr;
}

std::string argument(const Plan& plan, std::string_view key) {
  for (const auto& arg : plan.kargs)
    if (arg.is(key)) return arg.raw;
  return "";
}

}  // namespace

TEST_CASE(
    "balanced isolation leaves the scheduler's domains whole, on each release that knows the flags",
    "[cpu][kernel-arguments][report]") {
  const auto facts = Machine{}.facts();
  for (const auto* release :
       {"4.18.0-553.el8_10.x86_64", "5.10.0-30-amd64", "5.14.0-503.el9.x86_64",
        "5.15.0-130-generic", "6.1.0-38-amd64", "6.12.95+deb13-amd64", "6.19.2", "7.0.1",
        "7.3.0"}) {
    INFO(release);
    const auto made = plan(facts, kBalanced, release);
    const auto guests = made.isolated.list();
    CHECK(argument(made, "isolcpus") == "isolcpus=managed_irq," + guests);
    CHECK(argument(made, "nohz_full") == "nohz_full=" + guests);
    CHECK(argument(made, "rcu_nocbs") == "rcu_nocbs=" + guests);
    CHECK(argument(made, "irqaffinity") == "irqaffinity=" + made.reserved.list());
    const auto seen = simulate(planned_line(facts, made), simulated_machine(facts, release));
    CHECK(seen.isolated.empty());
    CHECK(seen.managed_irq == made.isolated);
    CHECK(seen.nohz_full == made.isolated);
    CHECK(seen.rcu_nocbs == made.isolated);
    CHECK(seen.worst() == Effect::effective);
    REQUIRE(wanted_isolation(made));
    CHECK(wanted_isolation(made)->cpus.empty());
  }
}

TEST_CASE(
    "a kernel that does not know the flags gets no isolcpus, which would mean domain",
    "[cpu][kernel-arguments][report]") {
  const auto made = plan(Machine{}.facts(), kBalanced, "5.4.0-200-generic");
  CHECK(argument(made, "isolcpus").empty());
  CHECK(argument(made, "nohz_full") == "nohz_full=" + made.isolated.list());
  CHECK(finding(made, "isolcpus-no-flags"));
  CHECK(wanted_isolation(made)->cpus.empty());
}

TEST_CASE(
    "from 7.0 on kernel threads stay where balanced lets them, and from 7.1 on unbound work is "
    "moved by an argument of its own",
    "[cpu][kernel-arguments][report]") {
  const auto facts = Machine{}.facts();
  const auto before = plan(facts, kBalanced, "6.19.2");
  CHECK_FALSE(finding(before, "balanced-kernel-threads"));
  CHECK(argument(before, "workqueue.unbound_cpus").empty());

  const auto seven = plan(facts, kBalanced, "7.0.1");
  CHECK(finding(seven, "balanced-kernel-threads"));
  CHECK(argument(seven, "workqueue.unbound_cpus").empty());

  const auto later = plan(facts, kBalanced, "7.1.0");
  CHECK(
      argument(later, "workqueue.unbound_cpus") ==
      "workqueue.unbound_cpus=" + later.reserved.list());
  bool proved = false;
  for (const auto& one : later.expectations)
    if (const auto* want = std::get_if<WantWorkCpus>(&one.want))
      proved = want->cpus == later.reserved;
  CHECK(proved);
  CHECK_FALSE(finding(plan(facts, "[cpu]\nisolate = yes\n", "7.1.0"), "balanced-kernel-threads"));
}

TEST_CASE(
    "isolcpus= of others that takes CPUs out of the balancing is a finding of a balanced plan",
    "[cpu][kernel-arguments][report]") {
  auto facts = Machine{}.facts();
  for (const auto* word : {"isolcpus=1", "isolcpus=domain,1", "isolcpus=nohz,domain,1-3"}) {
    INFO(word);
    facts.boot.cmdline = std::string("root=/dev/sda1 ") + word;
    facts.boot.sources = {{word, {"etc/default/grub:5"}}};
    const auto made = plan(facts, kBalanced);
    const auto* one = finding(made, kForeignArgument);
    REQUIRE(one);
    CHECK(one->subject == Subject::argument(word));
    CHECK(one->sources == std::vector<Origin>{{"etc/default/grub", 5}});
  }
  facts.boot.cmdline = "root=/dev/sda1 isolcpus=nohz," + plan(facts, kBalanced).isolated.list();
  CHECK_FALSE(finding(plan(facts, kBalanced), kForeignArgument));
}

TEST_CASE(
    "a balanced plan has the same CPUs as an isolated one, and another hash", "[cpu][report]") {
  const auto facts = with_nic();
  const std::string guests =
      "[pf up]\nvendor = 8086\nvfs = 2\nvf-driver = vfio-pci\n[power]\nisolated-latency-us = 2\n";
  const auto balanced = plan(facts, kBalanced + guests);
  const auto full = plan(facts, "[cpu]\nisolate = yes\n" + guests);
  CHECK(balanced.isolated == full.isolated);
  CHECK(balanced.reserved == full.reserved);
  CHECK(balanced.hash() != full.hash());
  CHECK(message(full, "migration").find("isolated CPUs") != std::string::npos);
  CHECK(message(balanced, "migration").find("isolated CPUs") == std::string::npos);
  CHECK_WORDS(
      refusal(facts, "[cpu]\nreserved = 0-15\nisolate = balanced\n")
          .starts_with("p.ini:2: isolate = balanced: reserved = 0-15 leaves no CPU to isolate"));
}

TEST_CASE("skew-tick adds its argument, with isolation and without", "[cpu][report]") {
  const auto facts = Machine{}.facts();
  CHECK(plan(facts, "[cpu]\nskew-tick = yes\n").cmdline() == "skew_tick=1");
  CHECK(plan(facts, "[cpu]\nskew-tick = no\n").cmdline().empty());
  CHECK(plan(facts, std::string(kBalanced) + "skew-tick = yes\n")
            .cmdline()
            .starts_with("skew_tick=1 isolcpus=managed_irq,"));
}
