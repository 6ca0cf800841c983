// SPDX-License-Identifier: GPL-2.0-or-later
// The parameters of modules, SEV-SNP, the SoC and the processor's name.
#include "facts/read.hpp"
#include "unit/kernel_tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr auto kEpycInfo =
    "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC 9354\nflags\t\t: lm pdpe1gb "
    "sev sev_es sev_snp\n";

TempTree one_cpu(const char* cpuinfo) {
  return {{"sys/devices/system/cpu/online", "0\n"}, {"proc/cpuinfo", cpuinfo}};
}

Facts facts_in(const TempTree& tree) {
  auto facts = read_facts(tree.root());
  REQUIRE(facts);
  return *facts;
}

}  // namespace

TEST_CASE(
    "a module's parameters are those of its own description, in each kernel",
    "[facts][kernel-arguments]") {
  TempTree tree = one_cpu(kEpycInfo);
  tree.add("boot/vmlinuz-6.12.1", "");
  tree.add(
      "lib/modules/6.12.1/kernel/kvm-intel.ko",
      module_object(
          {"name=kvm_intel", "parmtype=ple_gap:uint", "parm=nested:bool", "parmtype=nested:bool"}));
  tree.add("lib/modules/6.12.1/kernel/plain.ko", module_object({"name=plain"}));
  if (!run_depmod(tree, "6.12.1")) SKIP("no depmod");
  auto facts = facts_in(tree);
  REQUIRE(facts.kernels.size() == 1);
  CHECK(facts.kernels[0].parameters.empty());
  read_module_parameters(tree.root(), {"kvm_intel", "plain", "absent"}, facts);
  const auto& kernel = facts.kernels[0];
  CHECK(kernel.parameters.at("kvm_intel") == std::vector<std::string>{"nested", "ple_gap"});
  CHECK(kernel.parameters.at("plain").empty());
  CHECK_FALSE(kernel.parameters.contains("absent"));
  CHECK(kernel.modules.at("kvm_intel") == ModuleState::loadable);
  CHECK(kernel.modules.at("absent") == ModuleState::missing);
}

TEST_CASE(
    "the running kernel shows the parameters of a part that is no module",
    "[facts][kernel-arguments]") {
  TempTree tree = one_cpu(kEpycInfo);
  tree.add("proc/sys/kernel/osrelease", "6.12.1\n");
  tree.add("sys/module/rcutree/parameters/blimit", "10\n");
  auto facts = facts_in(tree);
  read_module_parameters(tree.root(), {"rcutree"}, facts);
  REQUIRE(facts.kernels.size() == 1);
  CHECK(facts.kernels[0].parameters.at("rcutree") == std::vector<std::string>{"blimit"});
}

TEST_CASE("SEV-SNP is the CPU's flag, and modprobe.d can decline it", "[facts][iommu]") {
  auto tree = one_cpu(kEpycInfo);
  CHECK(facts_in(tree).cpu.sev_snp == true);
  CHECK(facts_in(tree).cpu.snp_declined.empty());
  CHECK(facts_in(one_cpu("vendor_id\t: AuthenticAMD\nflags\t: lm sev\n")).cpu.sev_snp == false);
  CHECK_FALSE(facts_in(TempTree{{"sys/devices/system/cpu/online", "0\n"}}).cpu.sev_snp);

  tree.add("etc/modprobe.d/kvm.conf", "# for nested guests\noptions kvm-amd nested=1 sev_snp=0\n");
  CHECK(facts_in(tree).cpu.snp_declined == "etc/modprobe.d/kvm.conf:2");
  tree.add("etc/modprobe.d/zz.conf", "options kvm_amd sev_snp=1\n");
  CHECK(facts_in(tree).cpu.snp_declined.empty());
  tree.add("usr/lib/modprobe.d/a.conf", "options kvm_amd sev=N\n");
  CHECK(facts_in(tree).cpu.snp_declined == "usr/lib/modprobe.d/a.conf:1");
}

TEST_CASE("Grace is read from the SoC's number and from SMBIOS", "[facts][cpu]") {
  auto tree = one_cpu("CPU implementer\t: 0x41\nCPU part\t: 0xd4f\n");
  CHECK_FALSE(facts_in(tree).is_grace());
  tree.add("sys/devices/soc0/soc_id", "jep106:036b:0241\n");
  CHECK(facts_in(tree).cpu.soc == "jep106:036b:0241");
  CHECK(facts_in(tree).is_grace());
  tree.remove("sys/devices/soc0/soc_id");

  // A processor's structure: type 4, 48 bytes, its version is text 3.
  std::string raw(48, '\0');
  raw[0] = 4, raw[1] = 48, raw[16] = 3;
  for (const auto* text : {"CPU0", "NVIDIA", "Grace A02 "})
    raw += text + std::string(1, '\0');
  raw += '\0';
  tree.add("sys/class/dmi/id/product_name", "Some Server\n");
  tree.add("sys/firmware/dmi/entries/4-0/raw", raw);
  CHECK(facts_in(tree).dmi.processor == "Grace A02");
  CHECK(facts_in(tree).is_grace());
  for (const auto& broken :
       {std::string(), raw.substr(0, 10), raw.substr(0, 48), raw.substr(0, 60)}) {
    tree.add("sys/firmware/dmi/entries/4-0/raw", broken);
    CHECK(facts_in(tree).dmi.processor.empty());
  }
}
