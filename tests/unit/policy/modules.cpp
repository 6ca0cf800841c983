// SPDX-License-Identifier: GPL-2.0-or-later
// [module NAME], and the keys that came with it.
#include "policy/keys.hpp"
#include "policy_test.hpp"
#include "unit/words.hpp"

namespace vfirst {

TEST_CASE("a module's section merges by module and parameter, whatever the spelling", "[policy]") {
  const auto policy = parse_policy(
      {{"10-a.ini", "[module kvm-intel]\nple-gap = 0\nnested = 1\n[module ice]\nx = a b\n"},
       {"20-b.ini", "[module kvm_intel]\nple_gap = 128\n"}},
      {});
  REQUIRE(policy);
  REQUIRE(policy->modules.size() == 2);
  const auto& kvm = policy->modules[0];
  CHECK(kvm.name == "kvm_intel");
  CHECK(kvm.from == Origin{"10-a.ini", 1});
  CHECK(kvm.parameters.at("ple_gap") == Setting<std::string>{"128", {"20-b.ini", 2}});
  CHECK(kvm.parameters.at("nested") == Setting<std::string>{"1", {"10-a.ini", 3}});
  CHECK(policy->modules[1].parameters.at("x").value == "a b");
  const auto printed = print_policy(*policy);
  CHECK(printed.find("[module kvm_intel]\nnested = 1\nple_gap = 128\n") != std::string::npos);
  CHECK(print_policy(accepted(printed)) == printed);
}

TEST_CASE("what is no module's parameter is refused with its line", "[policy]") {
  CHECK_WORDS(
      refusal("[module]\nx = 1\n") ==
      "50-host.ini:1: [module]: a module's section is [module NAME]");
  CHECK_WORDS(
      refusal("[module a b]\nx = 1\n") ==
      "50-host.ini:1: [module a b]: a module's section is [module NAME]");
  CHECK_WORDS(refusal("[module a$b]\nx = 1\n")
                  .starts_with("50-host.ini:1: [module a$b]: 'a$b' is not a "
                               "name"));
  CHECK_WORDS(
      refusal("[module a]\nx.y = 1\n") ==
      "50-host.ini:2: x.y: 'a.x.y' is not the parameter of a module");
  CHECK_WORDS(refusal("[module a]\nx =\n") == "50-host.ini:2: 'x' in [module a] has no value");
  CHECK_WORDS(refusal("[module a]\nx = a\"b\n").find("has a double quote") != std::string::npos);
  CHECK_WORDS(
      refusal("[modul a]\nx = 1\n") ==
      "50-host.ini:1: unknown section [modul a]; did you mean [module]?");
}

TEST_CASE("a parameter that another key computes is refused with that key's name", "[policy]") {
  CHECK_WORDS(
      refusal("[module vfio-pci]\nids = 8086:10ca\n")
          .find("write 'vf-driver = vfio-pci' in [pf NAME]") != std::string::npos);
  CHECK_WORDS(
      refusal("[module intel_idle]\nmax_cstate = 1\n").find("write 'max-cstate' in [power]") !=
      std::string::npos);
  CHECK_WORDS(
      refusal("[module iommu]\npassthrough = 1\n").find("write 'mode' in [iommu]") !=
      std::string::npos);
}

TEST_CASE("isolate, size, frequency and watchdogs take their words and are printed", "[policy]") {
  const auto text =
      "[cpu]\nisolate = balanced\nskew-tick = yes\n\n[hugepages]\nsize = 512M\n"
      "free-page-structs = yes\n\n[power]\nfrequency = schedutil\nwatchdogs = no\n\n";
  CHECK(print_policy(accepted(text)) == text);
  CHECK(accepted("[cpu]\nisolate = on\n").cpu.isolate->value == Isolation::full);
  CHECK_WORDS(
      refusal("[cpu]\nisolate = half\n") ==
      "50-host.ini:2: isolate: 'half' is not yes, no or balanced");
  CHECK_WORDS(
      refusal("[power]\nfrequency = fast\n") ==
      "50-host.ini:2: frequency: 'fast' is not performance, powersave or schedutil");
  CHECK_WORDS(
      refusal("[hugepages]\nsize = 3M\n") ==
      "50-host.ini:2: size: '3M' is not 64K, 2M, 32M, 512M, 1G or 16G");
}

TEST_CASE("a file may be for one model of CPU", "[policy]") {
  MatchFacts machine;
  machine.cpu_model = "AMD EPYC 9354 32-Core Processor";
  const auto text = "[match]\ncpu-model = *epyc 9*\n[cpu]\nisolate = yes\n";
  CHECK(accepted(text, machine).cpu.isolate);
  machine.cpu_model = "NVIDIA Grace";
  CHECK_FALSE(accepted(text, machine).cpu.isolate);
  CHECK(
      accepted("[match]\ncpu-model = NVIDIA Grace*\n[cpu]\nisolate = yes\n", machine).cpu.isolate);
}

}  // namespace vfirst
