// SPDX-License-Identifier: GPL-2.0-or-later
// Which arguments turn the IOMMU on (or off), judged by the firmware's tables and not by the
// vendor's name.
#include "plan/draft.hpp"

namespace vfirst {

namespace {

struct Wish {
  IommuMode mode;
  Origin from;
};

std::string switch_names(const Facts& facts) {
  if (facts.cpu.vendor == "amd") return "AMD-Vi / IOMMU";
  if (facts.cpu.architecture == "aarch64") return "SMMU";
  return facts.cpu.vendor == "intel" ? "VT-d" : "VT-d / AMD-Vi";
}

// What the machine lacks, and what that costs.
void report_missing(Draft& draft, const Wish& wish, const Setting<VfDriver>* vfio) {
  const auto table = draft.facts.cpu.vendor == "amd" ? "IVRS" : draft.arm() ? "IORT" : "DMAR";
  draft.add_finding(
      vfio ? Severity::error : Severity::warning, "iommu-missing", {},
      fmt::format(
          "the firmware shows no IOMMU (no {} table): turn {} on in the BIOS setup{}", table,
          switch_names(draft.facts),
          vfio ? "; until then the VFs are created but not bound to " + vfio->value.phrase() : ""),
      {wish.from});
  if (vfio) draft.expect(WantIommu{true}, {}, wish.from);
}

void passthrough_conflicts(Draft& draft, const Wish& wish) {
  const auto line = draft.foreign_arguments();
  if (const auto* snp = line.last("kvm_amd.sev_snp"); snp && snp->value.value_or("1") == "1")
    draft.add_finding(
        Severity::warning, "iommu-passthrough-snp", Subject::argument("iommu"),
        "passthrough turns SEV-SNP off for the host: set mode = translated if guests need it",
        {wish.from});
  if (draft.arm() && draft.facts.cpu.model.find("Grace") != std::string::npos)
    draft.add_finding(
        Severity::warning, "iommu-passthrough-grace", Subject::argument("iommu.passthrough"),
        "NVIDIA Grace needs translated DMA: set mode = translated", {wish.from});
}

void turn_off(Draft& draft, const Wish& wish) {
  const auto because = "the policy wants no IOMMU";
  if (draft.arm()) {
    draft.add_finding(
        Severity::note, "iommu-off-arm", {},
        "no kernel argument turns an SMMU off: it stays as it is", {wish.from});
    return;
  }
  const auto key =
      draft.facts.iommu.ivrs || draft.facts.cpu.vendor == "amd" ? "amd_iommu" : "intel_iommu";
  const auto off = draft.arg(key, "off", because, wish.from);
  draft.expect(WantIommu{false}, {off}, wish.from);
}

}  // namespace

Status plan_iommu(Draft& draft) {
  const auto& iommu = draft.facts.iommu;
  const auto& mode = draft.policy.iommu.mode;
  const auto* vfio = draft.vfio_setting();
  if (!mode && !vfio) return {};
  const Wish wish = mode ? Wish{mode->value, mode->from} : Wish{IommuMode::passthrough, vfio->from};

  if (wish.mode == IommuMode::off) {
    if (vfio)
      return refuse(
          "{}mode = off, but {}{} needs an IOMMU", location_prefix(wish.from),
          location_prefix(vfio->from), vfio->value.phrase());
    turn_off(draft, wish);
    return {};
  }
  if (!draft.iommu_possible()) {
    report_missing(draft, wish, vfio);
    return {};
  }

  std::vector<KernelArg> asked;
  const bool amd = iommu.ivrs || (!iommu.tables_known && draft.facts.cpu.vendor == "amd");
  if (draft.x86() && (iommu.dmar || (!iommu.tables_known && draft.facts.cpu.vendor == "intel"))) {
    if (iommu.dmar) {
      asked = {draft.arg("intel_iommu", "on", "the firmware has a DMAR table", wish.from)};
    } else {
      asked = {draft.arg(
          "intel_iommu", "on",
          "the CPU is Intel's; this tree does not show whether the firmware has a DMAR table",
          wish.from)};
      draft.add_finding(
          Severity::note, "iommu-unproved", Subject::argument("intel_iommu"),
          "this tree has no ACPI tables: intel_iommu=on is planned because the CPU is "
          "Intel's; VT-d may still be off in the BIOS setup");
    }
  } else if (!iommu.tables_known && !iommu.active()) {
    draft.add_finding(
        Severity::note, "iommu-unproved", {},
        fmt::format(
            "this tree has no ACPI tables: it does not show whether {} is on in the BIOS setup",
            switch_names(draft.facts)));
  }
  KernelArg mapping;
  if (draft.x86()) {
    const auto value = wish.mode == IommuMode::passthrough ? "pt" : "nopt";
    std::string because = wish.mode == IommuMode::passthrough
                              ? "the host's own DMA is not translated; guests' DMA is"
                              : "the host's own DMA is translated as well";
    // "AMD-Vi: Unknown option - 'on'" (drivers/iommu/amd/init.c): with an IVRS table it is on by
    // default.
    if (amd) because += "; AMD's IOMMU is on by default (the kernel does not know amd_iommu=on)";
    mapping = draft.arg("iommu", value, because, wish.from);
    if (asked.empty()) asked = {mapping};
  } else {
    const auto value = wish.mode == IommuMode::passthrough ? "1" : "0";
    mapping = draft.arg(
        "iommu.passthrough", value,
        wish.mode == IommuMode::passthrough ? "the host's own DMA is not translated; guests' DMA is"
                                            : "the host's own DMA is translated as well",
        wish.from);
    asked = {mapping};
  }
  draft.expect(WantIommu{true}, asked, wish.from);
  if (wish.mode == IommuMode::passthrough) {
    draft.expect(WantIommuPassthrough{}, {mapping}, wish.from);
    passthrough_conflicts(draft, wish);
  }
  if (vfio && !iommu.active() && iommu.tables_known)
    draft.add_finding(
        Severity::note, "iommu-inactive", {},
        fmt::format(
            "the running kernel does not use its IOMMU: VFs cannot be bound to "
            "{} before a boot with {}",
            vfio->value.phrase(), join_arguments(asked)));
  return {};
}

}  // namespace vfirst
