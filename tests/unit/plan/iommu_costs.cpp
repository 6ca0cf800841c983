// SPDX-License-Identifier: GPL-2.0-or-later
// What the mode of the IOMMU costs a host: SEV-SNP on AMD, the GPU of NVIDIA's Grace.
#include "plan/match_words.hpp"
#include "unit/plan/machine.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace vfirst;
using namespace vfirst::test;

namespace {

constexpr auto kVfioGuests = "[pf up]\nvendor = 8086\nvfs = 2\nvf-driver = vfio-pci\n";

Facts snp_host() {
  auto facts = Machine{.vendor = "amd"}.facts();
  facts.pci = {nic("0000:01:00.0")};
  facts.cpu.sev_snp = true;
  facts.boot.cmdline = "root=/dev/vda1";
  return facts;
}

Facts arm_host() {
  auto facts = with_nic();
  facts.cpu.architecture = "aarch64";
  facts.cpu.vendor = "arm";
  facts.cpu.model = "0xd4f";
  facts.cpu.gigabyte_pages = {};
  facts.iommu.dmar = false;
  facts.iommu.iort = true;
  return facts;
}

std::string with_mode(std::string_view mode) {
  return fmt::format("[iommu]\nmode = {}\n", mode);
}

}  // namespace

TEST_CASE(
    "a host that can run SEV-SNP guests is translated unless the policy says passthrough",
    "[iommu][report]") {
  const auto facts = snp_host();
  const auto made = plan(facts, kVfioGuests);
  CHECK(made.cmdline() == "iommu=nopt");
  const auto* one = finding(made, "iommu-translated-snp");
  REQUIRE(one);
  CHECK(one->severity == Severity::note);
  CHECK(one->message.find("SEV-SNP") != std::string::npos);

  const auto told = plan(facts, with_mode("passthrough") + kVfioGuests);
  CHECK(told.cmdline() == "iommu=pt");
  REQUIRE(finding(told, "iommu-passthrough-snp"));
  CHECK(finding(told, "iommu-passthrough-snp")->severity == Severity::warning);
  CHECK(finding(told, "iommu-passthrough-snp")->sources == std::vector<Origin>{{"p.ini", 2}});
  CHECK_FALSE(finding(plan(facts, with_mode("translated")), "iommu-passthrough-snp"));

  const auto off = plan(facts, with_mode("off"));
  CHECK(off.cmdline() == "amd_iommu=off");
  CHECK(finding(off, "iommu-off-snp"));
}

TEST_CASE(
    "a host whose owner does not want SEV-SNP, or that cannot have it, gets passthrough",
    "[iommu][report]") {
  const auto passes = [](const Facts& facts, const std::string& text,
                         const std::string& release = {}) {
    const auto made = plan(facts, text + kVfioGuests, release);
    INFO(text << " " << release << " " << facts.boot.cmdline);
    CHECK(made.cmdline().find("iommu=pt") != std::string::npos);
    CHECK_FALSE(finding(made, "iommu-translated-snp"));
    CHECK_FALSE(
        finding(plan(facts, text + with_mode("passthrough"), release), "iommu-passthrough-snp"));
  };
  for (const auto* word :
       {"kvm_amd.sev_snp=0", "kvm-amd.sev_snp=n", "kvm_amd.sev_es=0", "kvm_amd.sev=off"}) {
    auto facts = snp_host();
    passes(facts, fmt::format("[kernel]\nextra = {}\n", word));
    facts.boot.cmdline += std::string(" ") + word;
    passes(facts, "");
    // The policy's own word wins.
    const auto again = plan(
        facts, std::string("[kernel]\nextra = kvm_amd.sev=1 kvm_amd.sev_es=1 "
                           "kvm_amd.sev_snp=1\n") +
                   kVfioGuests);
    CHECK(finding(again, "iommu-translated-snp"));
  }
  passes(snp_host(), "[module kvm-amd]\nsev_snp = 0\n");
  auto facts = snp_host();
  facts.cpu.snp_declined = "etc/modprobe.d/kvm.conf:3";
  passes(facts, "");
  facts = snp_host();
  facts.cpu.sev_snp = false;
  passes(facts, "");
  facts.cpu.sev_snp = {};
  passes(facts, "");
  // Linux has it since 6.9.
  passes(snp_host(), "", "6.1.0-38-amd64");
  passes(snp_host(), "", "6.8.0-31-generic");
}

TEST_CASE(
    "Red Hat's kernels and a patched one that runs count as able to host SEV-SNP guests",
    "[iommu][report]") {
  CHECK(finding(plan(snp_host(), kVfioGuests, "5.14.0-611.el9.x86_64"), "iommu-translated-snp"));
  CHECK(finding(plan(snp_host(), kVfioGuests, "6.11.0-9-generic"), "iommu-translated-snp"));
  auto facts = snp_host();
  facts.kernels[0].release = "5.19.0-rc6-snp-host";
  facts.kernels[0].version = {5, 19};
  CHECK_FALSE(finding(plan(facts, kVfioGuests), "iommu-translated-snp"));
  facts.kernels[0].running = true;
  CHECK(finding(plan(facts, kVfioGuests), "iommu-translated-snp"));
}

TEST_CASE("arguments of others and of extra that switch SEV-SNP off are named", "[iommu][report]") {
  auto facts = snp_host();
  CHECK_FALSE(finding(plan(facts, kVfioGuests), "iommu-argument-snp"));
  for (const auto* word : {"amd_iommu=off", "iommu=off", "amd_iommu=pgtbl_v2"}) {
    facts.boot.cmdline = std::string("root=/dev/vda1 ") + word;
    const auto made = plan(facts, kVfioGuests);
    REQUIRE(finding(made, "iommu-argument-snp"));
    CHECK(finding(made, "iommu-argument-snp")->subject == Subject::argument(word));
  }
  facts = snp_host();
  const auto own = plan(facts, std::string("[kernel]\nextra = amd_iommu=pgtbl_v2\n") + kVfioGuests);
  REQUIRE(finding(own, "iommu-argument-snp"));
  CHECK(finding(own, "iommu-argument-snp")->sources == std::vector<Origin>{{"p.ini", 2}});
}

TEST_CASE(
    "Grace is told by its SoC, its processor, its product or its board, and is translated by "
    "default",
    "[iommu][report]") {
  const auto plain = arm_host();
  CHECK_FALSE(plain.is_grace());
  CHECK(plan(plain, kVfioGuests).cmdline() == "iommu.passthrough=1");
  std::vector<Facts> hosts(5, plain);
  hosts[0].cpu.soc = "jep106:036b:0241";
  hosts[1].dmi.processor = "Grace A02";
  hosts[2].dmi.product = "NVIDIA GH200 P4352";
  hosts[3].dmi.board = "GB200 NVL";
  hosts[4].dmi.product = "Grace Hopper CG1";
  for (const auto& facts : hosts) {
    CHECK(facts.is_grace());
    CHECK(match_words(facts).cpu_model == "NVIDIA Grace");
    const auto made = plan(facts, kVfioGuests);
    CHECK(made.cmdline() == "iommu.passthrough=0");
    CHECK(finding(made, "iommu-translated-grace"));
    const auto told = plan(facts, with_mode("passthrough"), "6.8.0-31-generic");
    CHECK(told.cmdline() == "iommu.passthrough=1");
    REQUIRE(finding(told, "iommu-passthrough-grace"));
    CHECK(finding(told, "iommu-passthrough-grace")->severity == Severity::warning);
    const auto later = plan(facts, with_mode("passthrough"), "6.12.5");
    CHECK(finding(later, "iommu-passthrough-grace")->severity == Severity::note);
  }
  auto other = plain;
  other.cpu.soc = "jep106:036b:0194";
  CHECK_FALSE(other.is_grace());
  auto x86 = with_nic();
  x86.dmi.product = "GH200";
  CHECK_FALSE(x86.is_grace());
}
