// SPDX-License-Identifier: GPL-2.0-or-later
// A planned argument that simulate calls ignored is a finding of the plan.
#include "facts/read.hpp"
#include "kargs/kernel_features.hpp"
#include "plan/simulated.hpp"
#include "unit/captures.hpp"
#include "unit/plan/machine.hpp"
#include "unit/words.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr const char* kReleases[] = {
    "",
    "4.18.0-553.el8_10.x86_64",
    "5.4.0-200-generic",
    "5.10.0-30-amd64",
    "5.14.0-503.el9.x86_64",
    "5.15.0-130-generic",
    "6.1.0-38-amd64",
    "6.12.95+deb13-amd64",
    "6.18.3",
    "7.1.2"};

constexpr const char* kForeignLines[] = {
    "root=/dev/sda1 quiet",
    "root=/dev/sda1 isolcpus=1",
    "root=/dev/sda1 isolcpus=1 nohz_full=1 rcu_nocbs=1",
    "root=/dev/sda1 default_hugepagesz=2M hugepagesz=1G hugepages=1",
    "root=/dev/sda1 hugetlb_cma=4G",
    "root=/dev/sda1 dyndbg=\"file x",
    "root=/dev/sda1 mem=2G maxcpus=2",
    "root=/dev/sda1 -- single"};

std::vector<std::string> policies_with_words() {
  std::vector<std::string> out;
  for (const auto* words :
       {"skew_tick=1", "nosoftlokup", "idle=off intel_pstate=foo", "workqueue.unbound_cpus=0-99999",
        "transparent_hugepage=off panic=x nowatchdog",
        "amd_pstate=guided rcutree.nohz_full_patience_delay=1000"})
    out.push_back(fmt::format(
        "[cpu]\nisolate = yes\n[hugepages]\nsize = {}\nper-node = 60%\n[iommu]\n"
        "mode = passthrough\n[power]\nmax-cstate = 1\n[kernel]\nextra = {}\n",
        out.size() % 2 ? "1G" : "2M", words));
  return out;
}

// Every argument that the simulated kernel does not follow is one of a finding, and the findings of
// this kind are about such arguments alone. Returns how many arguments were lost.
std::size_t check_all_said(const Facts& facts, const Plan& made, const std::string& release) {
  const auto lost = not_effective(
      planned_line(facts, made), made.arguments().list(), simulated_machine(facts, release));
  const auto about = [&](const Finding& one, const KernelArg& arg) {
    return one.severity >= Severity::warning &&
           (one.is_about(Subject::argument(arg.key)) || one.is_about(Subject::argument(arg.raw)));
  };
  for (const auto& verdict : lost) {
    INFO(verdict.arg.raw << ": " << verdict.rule);
    CHECK(std::ranges::any_of(
        made.findings, [&](const Finding& one) { return about(one, verdict.arg); }));
  }
  for (const auto& one : made.findings) {
    if (one.code != "argument-ignored" && one.code != "argument-in-part") continue;
    INFO(one.line());
    CHECK(std::ranges::any_of(
        lost, [&](const ArgumentVerdict& verdict) { return about(one, verdict.arg); }));
    CHECK_FALSE(one.sources.empty());
  }
  return lost.size();
}

}  // namespace

TEST_CASE(
    "on every captured machine, for each policy, kernel and foreign line, an argument that the "
    "kernel would ignore is a finding of the plan",
    "[facts][report][kernel-arguments]") {
  std::size_t plans = 0, lost = 0;
  for (const auto& tree : Captures::all()) {
    const auto root = Root::open(tree.path);
    REQUIRE(root);
    auto facts = *read_facts(*root);
    for (const auto& text : policies_with_words())
      for (const std::string release : kReleases)
        for (const auto* line : kForeignLines) {
          facts.boot.cmdline = line;
          INFO(tree.name << ", kernel " << release << ", " << line << "\n" << text);
          const auto made = make_plan(facts, policy(text), release);
          if (!made) continue;
          ++plans;
          lost += check_all_said(facts, *made, release);
        }
  }
  CHECK(plans > 1000);
  CHECK(lost > 1000);
}

TEST_CASE(
    "a word that the kernel does not know, or a value that it does not take, is a finding with its "
    "line",
    "[report][kernel-arguments]") {
  const auto made = plan(
      Machine{}.facts(), "[cpu]\nisolate = yes\n[kernel]\nextra = nosoftlokup idle=off quiet\n");
  std::vector<std::string> lines;
  for (const auto& one : made.findings)
    if (one.code == "argument-ignored") lines.push_back(one.line());
  CHECK_WORDS(
      lines == std::vector<std::string>{
                   "p.ini:4: kernel 6.12.95+deb13-amd64 would ignore nosoftlokup: this kernel does "
                   "not know this argument",
                   "p.ini:4: kernel 6.12.95+deb13-amd64 would ignore idle=off: the kernel does not "
                   "take this value"});
  REQUIRE(finding(made, "argument-ignored"));
  CHECK(finding(made, "argument-ignored")->subject == Subject::argument("nosoftlokup"));
  CHECK(
      finding(made, "argument-ignored")->related ==
      std::vector{Subject::kernel("6.12.95+deb13-amd64")});
}

TEST_CASE(
    "arguments of ours behind an open quote or behind -- are findings",
    "[report][kernel-arguments]") {
  for (const auto* end : {"dyndbg=\"file x", "-- single"}) {
    INFO(end);
    auto facts = Machine{}.facts();
    facts.boot.next = {
        "Linux", "boot/grub/grub.cfg:9", std::string("root=/dev/vda1 ") + end, "", ""};
    const auto made = plan(facts, "[cpu]\nisolate = yes\n");
    CHECK(std::ranges::count(made.findings, "argument-ignored", &Finding::code) == 4);
  }
}

TEST_CASE(
    "kernels that make the same of an argument share a finding; what was said is not said twice",
    "[report][kernel-arguments]") {
  auto facts = Machine{}.facts();
  facts.kernels.push_back(facts.kernels.front());
  facts.kernels.back().release = "6.12.48+deb13-amd64";
  const auto text = "[cpu]\nisolate = yes\n[kernel]\nextra = nosoftlokup\n";
  const auto made = plan(facts, text);
  CHECK(std::ranges::count(made.findings, "argument-ignored", &Finding::code) == 1);
  CHECK_WORDS(
      message(made, "argument-ignored") ==
      "p.ini:4: kernels 6.12.95+deb13-amd64 and 6.12.48+deb13-amd64 would ignore nosoftlokup: "
      "this kernel does not know this argument");

  facts.boot.cmdline = "root=/dev/vda1 isolcpus=1";
  const auto foreign = plan(facts, "[cpu]\nisolate = yes\n");
  CHECK(finding(foreign, kForeignArgument));
  CHECK_FALSE(finding(foreign, "argument-ignored"));
}

TEST_CASE("a kernel that would not boot with the line is an error", "[report][kernel-arguments]") {
  auto facts = Machine{}.facts();
  facts.kernels.push_back(facts.kernels.front());
  facts.kernels.back().release = "5.10.0-30-amd64";
  facts.kernels.back().version = {5, 10};
  facts.boot.cmdline = "root=/dev/vda1";
  for (unsigned i = 0; i < kInitVariables; ++i)
    facts.boot.cmdline += fmt::format(" word{}=1", i);
  // 5.10 does not know it, and passes it to init as one variable too many.
  const auto made = plan(facts, "[kernel]\nextra = amd_pstate=passive\n");
  const auto* one = finding(made, "kernel-does-not-boot");
  REQUIRE(one);
  CHECK(one->severity == Severity::error);
  CHECK(one->subject == Subject::kernel("5.10.0-30-amd64"));
  CHECK_FALSE(finding(plan(facts, "[kernel]\nextra = panic=10\n"), "kernel-does-not-boot"));
}
