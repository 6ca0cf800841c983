// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A plan in the making: what each topic (cpu.cpp, hugepages.cpp, ...) reads and adds to.

#include "kargs/command_line.hpp"
#include "plan/next_machine.hpp"
#include "plan/plan.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace vfirst {

// A PF that a [pf] section matches and that may be changed.
struct ChosenPf {
  const PfPolicy* section = nullptr;
  const PciFunction* function = nullptr;
  // As many as the policy asks for and the hardware has.
  unsigned vfs = 0;
  // The section has a `vfs` key.
  bool manage_vfs = false;
  // Empty: its interrupts stay where they are.
  CpuSet irq_cpus;
};

struct Draft {
  const Facts& facts;
  const Policy& policy;
  // The kernel that the plan is for; its release is "" where none is known.
  Kernel kernel;
  // The caller named it, so no other kernel counts.
  bool kernel_named = false;
  Plan plan;
  // By address.
  std::vector<ChosenPf> pfs;
  NextMachine next;
  // By node with memory, what the pages leave beside the host's reserve.
  std::map<unsigned, std::uint64_t> spare_kb;
  // The kernel that carries the steps out (StepsAt): `kernel`, or one of the facts.
  const Kernel* steps_kernel = &kernel;

  // The nodes of the next boot.
  const std::vector<NumaNode>& nodes() const { return next.nodes; }
  bool has_node(int id) const {
    for (const auto& node : next.nodes)
      if (static_cast<int>(node.id) == id) return true;
    return false;
  }

  bool x86() const {
    return facts.cpu.architecture == "x86_64" || facts.cpu.architecture == "i686" ||
           facts.cpu.architecture.empty();
  }
  bool arm() const { return facts.cpu.architecture == "aarch64"; }
  // The base page of the planned kernel.
  std::uint64_t page_kb() const { return facts.page_kb_of(kernel); }
  // The kernels that will read the arguments: the planned one first, then the others that are
  // installed. If the caller named a release, only that one.
  std::vector<const Kernel*> target_kernels() const;
  // The PF's own setting for VF `index`: the last [vf] range that says it, else the section's vf-*
  // key.
  VfSettings vf_settings(const PfPolicy& section, unsigned index) const;
  // The index of the VF that gets the address itself where the rule of `key`, for MAC addresses or
  // GUIDs, names a first one.
  template <class Rule>
  unsigned base_of(
      const PfPolicy& section, unsigned index, Maybe<Rule> VfPlacementOf<Maybe>::* key) const {
    unsigned base = 0;
    for (const auto& range : policy.vf_ranges)
      if (range.pf == section.name && index >= range.first && index <= range.last && range.vf.*key)
        base = range.first;
    return base;
  }
  // The driver of VFs of `pf` that have these settings; the kernel's choice where the policy says
  // `vfio`.
  VfDriver vf_driver(const PciFunction& pf, const VfSettings& vf) const;
  // The setting that gives a VF of a chosen PF to a vfio driver; nullptr: no VF is for a guest.
  const Setting<VfDriver>* vfio_setting() const;
  // Can this machine have an IOMMU once the planned arguments are in effect? Where a tree shows no
  // ACPI tables, the answer is yes.
  bool iommu_possible() const;
  // The running kernel's command line, less what vfirst wrote there and what this plan writes.
  CommandLine foreign_arguments() const;

  // Adds an argument to the plan, and returns it for an expectation.
  KernelArg arg(KernelArg arg, std::string because, const Origin& policy_line);
  KernelArg arg(
      std::string_view key, std::optional<std::string_view> value, std::string because,
      const Origin& policy_line);
  // `sources`: the lines that it blames; one without a file (a default) is left out.
  void add_finding(
      Severity severity, std::string code, Subject subject, std::string message,
      std::vector<Origin> sources = {}, std::vector<Subject> related = {});
  std::size_t step(
      Action action, std::string because, const Origin& policy_line, std::vector<std::size_t> after,
      bool required = true);
  void expect(Want want, std::vector<KernelArg> asked, const Origin& policy_line);
};

// What `vfio` comes to for VFs of `pf` with this kernel: vfio-pci where it has no variant driver
// for them; best() where the facts do not tell.
VfDriver best_driver(const Kernel& kernel, const PciFunction& pf);
// "50-host.ini:4: " for a refusal that blames a line; "" where the origin has no file.
std::string location_prefix(const Origin& origin);

// The topics, in the order in which one needs the other. Each adds to the draft; a refusal ends the
// plan.
//
// choose.cpp
Status choose_pfs(Draft&);
// cpu.cpp
Status partition_cpus(Draft&);
// iommu.cpp
Status plan_iommu(Draft&);
// hugepages.cpp
Status plan_hugepages(Draft&);
// isolation.cpp: the arguments of the partition.
Status plan_isolation(Draft&);
// power.cpp: arguments.
Status plan_power(Draft&);
// power.cpp: the run-time bound.
void limit_idle(Draft&);
// frequency.cpp: how CPUs choose their frequency, and the watchdogs.
Status plan_frequency(Draft&);
// kernel.cpp
Status plan_kernel(Draft&);
// modules.cpp: parameters of kernel modules.
Status plan_modules(Draft&);
// irq.cpp: which CPUs each PF's interrupts go to.
Status plan_irqs(Draft&);
// sriov.cpp: VFs and the steps.
Status plan_sriov(Draft&);
// vf_migration.cpp: what live migration the VFs can do.
Status plan_migration(Draft&);
// kernel.cpp: length, foreign arguments.
Status check_cmdline(Draft&);
// kernels.cpp: what each installed kernel would ignore.
void kernel_findings(Draft&);
// effects.cpp: which planned arguments a kernel would not follow. After kernel_findings().
void effect_findings(Draft&);
// neighbours.cpp: other tools that undo or contradict this.
void neighbour_findings(Draft&);
// cpu_claims.cpp: others that say which CPUs may be used.
void cpu_claim_findings(Draft&);
// guests.cpp: the guests that are defined here against hugepages.
void guest_findings(Draft&);
// memory_words.cpp: arguments that leave less memory, or other nodes, than this boot shows.
void memory_word_findings(Draft&);
// kexec.cpp: why [boot] reboot = kexec would be a full reboot.
void kexec_findings(Draft&);
// iommu_groups.cpp: what else a guest would get with a VF, and which VFs it cannot get.
void group_findings(Draft&);
// vectors.cpp: whether the host's CPUs have enough interrupt vectors.
void check_vectors(Draft&);
// topology.cpp: caches, kinds of cores, devices whose node is not there.
void topology_findings(Draft&);
// zfs.cpp: its cache against hugepages.
void zfs_findings(Draft&);
// findings.cpp
void add_findings(Draft&);

}  // namespace vfirst
