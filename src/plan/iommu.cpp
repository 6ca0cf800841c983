// SPDX-License-Identifier: GPL-2.0-or-later
// Which arguments turn the IOMMU on (or off), judged by the firmware's tables and not by the
// vendor's name.
#include "kargs/module_values.hpp"
#include "plan/draft.hpp"

#include <algorithm>

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
  const auto table = draft.arm()                       ? "no SMMU in an IORT table"
                     : draft.facts.cpu.vendor == "amd" ? "no IVRS table"
                                                       : "no DMAR table";
  draft.add_finding(
      vfio ? Severity::error : Severity::warning, "iommu-missing", {},
      fmt::format(
          "the firmware shows no IOMMU ({}): turn {} on in the BIOS setup{}", table,
          switch_names(draft.facts),
          vfio ? "; until then the VFs are created but not bound to " + vfio->value.phrase() : ""),
      {wish.from});
  if (vfio) draft.expect(WantIommu{true}, {}, wish.from);
}

// Kernels that can host SEV-SNP guests: since 6.9, and Red Hat's, which carry it back. One that
// shows the flag has it, whatever its number.
bool hosts_snp(const Kernel& kernel) {
  return kernel.running || !kernel.version.known() || kernel.version.el ||
         !(kernel.version < KernelVersion{6, 9});
}

// kvm_amd.sev_snp=0 and its like in the line of the next boot: with them KVM does not use SNP.
bool declined_by_argument(const Draft& draft) {
  const auto asked = [&](std::string_view parameter) {
    const auto& modules = draft.policy.modules;
    const auto kvm = std::ranges::find(modules, "kvm_amd", &ModulePolicy::name);
    if (kvm != modules.end())
      if (const auto own = kvm->parameters.find(std::string(parameter));
          own != kvm->parameters.end())
        return module_truth(own->second.value) != false;
    const auto key = fmt::format("kvm_amd.{}", parameter);
    const auto extra = CommandLine::parse(value_or(draft.policy.kernel.extra, std::string()));
    const auto foreign = draft.foreign_arguments();
    for (const auto* line : {&extra, &foreign})
      if (const auto* arg = line->last(key)) return module_truth(arg->value.value_or("1")) != false;
    return true;
  };
  // SNP needs SEV-ES, which needs SEV (arch/x86/kvm/svm/sev.c, sev_hardware_setup).
  return !asked("sev") || !asked("sev_es") || !asked("sev_snp");
}

// The host can run SEV-SNP guests, and nobody has said that it shall not.
bool wants_snp(const Draft& draft) {
  const auto& cpu = draft.facts.cpu;
  if (cpu.vendor != "amd" || cpu.sev_snp != true || !cpu.snp_declined.empty()) return false;
  if (!std::ranges::any_of(
          draft.target_kernels(), hosts_snp,
          [](const Kernel* one) -> const Kernel& { return *one; }))
    return false;
  return !declined_by_argument(draft);
}

constexpr auto kKeepsSnp =
    "no guest can use SEV-SNP then (drivers/iommu/amd/init.c, iommu_snp_enable); mode = "
    "translated keeps it, and kvm_amd.sev_snp=0 says that it is not wanted";

// The host's devices are mapped as before, because passthrough costs this machine something that
// its owner may not know of. True: the mode is left to us, and passthrough is not for this machine.
bool prefers_translated(Draft& draft, const Wish& wish) {
  if (wants_snp(draft)) {
    draft.add_finding(
        Severity::note, "iommu-translated-snp", Subject::argument("iommu"),
        "this host can run SEV-SNP guests, and passthrough would switch that off, so the host's "
        "own "
        "DMA is translated; where no guest needs SEV-SNP, say mode = passthrough in [iommu]",
        {wish.from});
    return true;
  }
  if (draft.facts.is_grace()) {
    draft.add_finding(
        Severity::note, "iommu-translated-grace", Subject::argument("iommu.passthrough"),
        "this is NVIDIA's Grace, whose GPU driver may need translated DMA, so the host's own DMA "
        "is "
        "translated; mode = passthrough in [iommu] overrides that",
        {wish.from});
    return true;
  }
  return false;
}

// What a mode that the policy names costs.
void mode_conflicts(Draft& draft, const Wish& wish) {
  if (wish.mode == IommuMode::translated) return;
  const auto key = wish.mode == IommuMode::off ? "amd_iommu" : "iommu";
  if (wants_snp(draft))
    draft.add_finding(
        Severity::warning, wish.mode == IommuMode::off ? "iommu-off-snp" : "iommu-passthrough-snp",
        Subject::argument(key),
        fmt::format(
            "{} switches SEV-SNP off on this host: {}",
            wish.mode == IommuMode::off ? "mode = off" : "mode = passthrough", kKeepsSnp),
        {wish.from});
  // Before 6.11 arm-smmu-v3 gives no PASID to a device in an identity domain, so that nvidia-uvm
  // cannot use ATS; NVIDIA's guide to Grace asks for iommu.passthrough=0.
  if (wish.mode == IommuMode::passthrough && draft.facts.is_grace()) {
    const auto& version = draft.kernel.version;
    const bool old = !version.known() || version < KernelVersion{6, 11};
    draft.add_finding(
        old ? Severity::warning : Severity::note, "iommu-passthrough-grace",
        Subject::argument("iommu.passthrough"),
        old ? "NVIDIA Grace: before Linux 6.11 its GPU driver cannot work with passthrough: set "
              "mode = translated"
            : "NVIDIA Grace: with passthrough its GPU driver needs Linux 6.11 or later, as here; "
              "mode = translated works with every kernel",
        {wish.from});
  }
}

// amd_iommu=off, iommu=off and page tables of version 2, which others or `extra` ask for, keep the
// kernel from using SEV-SNP as well.
void foreign_against_snp(Draft& draft) {
  if (!wants_snp(draft)) return;
  const auto extra = CommandLine::parse(value_or(draft.policy.kernel.extra, std::string()));
  const auto foreign = draft.foreign_arguments();
  const auto look = [&](const CommandLine& line, const std::vector<Origin>& sources) {
    for (const auto& arg : line.args()) {
      const auto value = arg.value.value_or("");
      const bool off = (arg.is("amd_iommu") || arg.is("iommu")) && value.starts_with("off");
      const bool tables = arg.is("amd_iommu") && value.find("pgtbl_v2") != value.npos;
      if (off || tables)
        draft.add_finding(
            Severity::warning, "iommu-argument-snp", Subject::argument(arg.raw),
            fmt::format(
                "{} on the command line switches SEV-SNP off on this host (drivers/iommu/amd/"
                "init.c, iommu_snp_enable)",
                arg.raw),
            sources);
    }
  };
  look(foreign, {});
  if (draft.policy.kernel.extra) look(extra, {draft.policy.kernel.extra->from});
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
  Wish wish = mode ? Wish{mode->value, mode->from} : Wish{IommuMode::passthrough, vfio->from};

  if (wish.mode == IommuMode::off) {
    if (vfio)
      return refuse(
          "{}mode = off, but {}{} needs an IOMMU", location_prefix(wish.from),
          location_prefix(vfio->from), vfio->value.phrase());
    turn_off(draft, wish);
    mode_conflicts(draft, wish);
    return {};
  }
  if (!draft.iommu_possible()) {
    report_missing(draft, wish, vfio);
    return {};
  }
  if (!mode && prefers_translated(draft, wish)) wish.mode = IommuMode::translated;

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
    mode_conflicts(draft, wish);
  }
  foreign_against_snp(draft);
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
