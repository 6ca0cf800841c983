// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/catalogue.hpp"

#include "kargs/command_line.hpp"

namespace vfirst {

namespace {

using enum Repeat;
using enum Stage;

// Read from the source of 6.12; `since` where an older kernel in the field takes it wrongly or not at all.
constexpr KargInfo kCatalogue[] = {
    {"intel_iommu", {"CONFIG_INTEL_IOMMU"}, "DMAR table", {}, accumulates, setup, "sys/class/iommu/dmar*, IOMMU groups",
     "turns the Intel IOMMU on", ""},
    {"amd_iommu", {"CONFIG_AMD_IOMMU"}, "IVRS table", {}, accumulates, setup, "sys/class/iommu/ivhd*",
     "options of the AMD IOMMU, which is on by itself", "'on' is not a value the kernel knows"},
    {"iommu", {}, "x86", {}, accumulates, early, "type of the IOMMU groups: identity", "pt: the host's own DMA goes past the translation",
     "passthrough rules SEV-SNP hosts out"},
    {"iommu.passthrough", {"CONFIG_IOMMU_API"}, "", {}, last_wins, early, "type of the IOMMU groups: identity",
     "1: the host's own DMA goes past the translation, on any architecture", "passthrough rules SEV-SNP hosts out"},
    {"iommu.strict", {"CONFIG_IOMMU_API"}, "", {}, last_wins, early, "type of the IOMMU groups: DMA or DMA-FQ",
     "whether unmapping waits for the IOMMU's own cache", ""},
    {"intremap", {"CONFIG_IRQ_REMAP"}, "", {}, accumulates, early, "kernel log", "options of interrupt remapping",
     "off: vfio refuses every device"},
    {"default_hugepagesz", {"CONFIG_HUGETLB_PAGE"}, "1G: pdpe1gb", {}, first_wins, setup, "proc/meminfo Hugepagesize",
     "size meant by a bare hugepages= and by hugetlbfs", "1G leaves no 2M pool behind on some kernels"},
    {"hugepagesz", {"CONFIG_HUGETLB_PAGE"}, "1G: pdpe1gb", {}, first_wins, setup, "pages of each node",
     "size that the next hugepages= counts", "a second pair of one size is ignored"},
    {"hugepages", {"CONFIG_HUGETLB_PAGE"}, "", {}, first_wins, setup, "pages of each node",
     "how many huge pages, 0:4,1:4 for each node", "one node id that does not exist gives no page anywhere"},
    {"hugetlb_free_vmemmap", {"CONFIG_HUGETLB_PAGE_OPTIMIZE_VMEMMAP"}, "", {5, 14}, last_wins, module,
     "proc/sys/vm/hugetlb_optimize_vmemmap", "gives most of a huge page's own bookkeeping back", ""},
    {"isolcpus", {"CONFIG_CPU_ISOLATION"}, "", {}, first_wins, setup, "sys/devices/system/cpu/isolated",
     "CPUs that the scheduler leaves alone", "domain isolation cannot be undone at run time"},
    {"nohz_full", {"CONFIG_NO_HZ_FULL"}, "", {}, first_wins, setup, "sys/devices/system/cpu/nohz_full",
     "CPUs without a timer tick while one task runs", ""},
    {"rcu_nocbs", {"CONFIG_RCU_NOCB_CPU"}, "", {}, last_wins, setup, "rcuop threads, kernel log",
     "CPUs whose RCU callbacks run elsewhere", "a bad list means every CPU"},
    {"rcu_nocb_poll", {"CONFIG_RCU_NOCB_CPU"}, "", {}, last_wins, setup, "kernel log", "RCU threads poll", "they spin on the reserved CPUs"},
    {"irqaffinity", {}, "", {}, last_wins, setup, "proc/irq/default_smp_affinity", "CPUs that interrupts go to by default", ""},
    {"intel_idle.max_cstate", {"CONFIG_INTEL_IDLE"}, "Intel", {}, last_wins, module, "sys/devices/system/cpu/cpuidle/current_driver",
     "deepest state of intel_idle; 0 turns that driver off", "0 alone lets acpi_idle go deeper"},
    {"processor.max_cstate", {"CONFIG_ACPI_PROCESSOR"}, "", {}, last_wins, module, "cpuidle states", "deepest ACPI C-state", "the whole host draws more power"},
    {"idle", {}, "x86", {}, last_wins, early, "cpuidle current_driver: none", "how every CPU idles",
     "poll starves SMT siblings and turbo"},
    {"cpuidle.off", {"CONFIG_CPU_IDLE"}, "", {}, last_wins, module, "cpuidle current_driver: none", "1: no idle states at all", "power"},
    {"intel_pstate", {"CONFIG_X86_INTEL_PSTATE"}, "Intel", {}, accumulates, early, "cpufreq scaling_driver", "mode of intel_pstate", ""},
    {"amd_pstate", {"CONFIG_X86_AMD_PSTATE"}, "AMD", {6, 1}, last_wins, early, "cpufreq scaling_driver", "mode of amd_pstate", ""},
    {"skew_tick", {}, "", {}, last_wins, early, "", "CPUs tick at different moments", "a little more power"},
    {"tsc", {}, "x86", {}, accumulates, setup, "current_clocksource", "trust in the time stamp counter",
     "reliable turns its watchdog off: not on more than two sockets"},
    {"nosoftlockup", {"CONFIG_SOFTLOCKUP_DETECTOR"}, "", {}, last_wins, setup, "proc/sys/kernel/soft_watchdog", "no soft lockup detector", ""},
    {"nowatchdog", {"CONFIG_LOCKUP_DETECTOR"}, "", {}, last_wins, setup, "proc/sys/kernel/watchdog", "no lockup detector", "hard lockups go unseen"},
    {"nmi_watchdog", {"CONFIG_HARDLOCKUP_DETECTOR"}, "", {}, last_wins, setup, "proc/sys/kernel/nmi_watchdog", "the hard lockup detector", ""},
    {"transparent_hugepage", {"CONFIG_TRANSPARENT_HUGEPAGE"}, "", {}, last_wins, setup, "sys/kernel/mm/transparent_hugepage/enabled",
     "when ordinary memory is gathered into huge pages", ""},
    {"pci", {"CONFIG_PCI"}, "", {}, accumulates, early, "sriov_numvfs takes the number", "options of the PCI core",
     "realloc may move windows that firmware still uses"},
    {"pcie_aspm", {"CONFIG_PCIEASPM"}, "", {}, last_wins, setup, "", "off: link power states stay as firmware left them", ""},
    {"vfio-pci.ids", {"CONFIG_VFIO_PCI"}, "", {}, last_wins, module, "driver link", "devices that vfio-pci takes by ID",
     "takes every device with the ID, the boot NIC too"},
    {"mitigations", {}, "", {}, last_wins, early, "sys/devices/system/cpu/vulnerabilities", "all CPU vulnerability mitigations at once",
     "off: a guest can read its neighbours"},
    {"mce", {}, "x86", {}, accumulates, setup, "sys/devices/system/machinecheck", "machine check handling", "off hides memory faults"},
    {"nosmt", {"CONFIG_HOTPLUG_SMT"}, "", {}, last_wins, early, "sys/devices/system/cpu/smt/active", "no SMT siblings",
     "every CPU list made before is stale"},
    {"crashkernel", {"CONFIG_CRASH_DUMP"}, "", {}, last_wins, early, "sys/kernel/kexec_crash_size", "memory kept for a crash kernel", ""},
    {"panic", {}, "", {}, last_wins, module, "proc/sys/kernel/panic", "seconds until a panicked kernel reboots", ""},
    {"console", {}, "", {}, accumulates, setup, "sys/class/tty/console/active", "where kernel messages go; the last is /dev/console", ""},
    {"workqueue.unbound_cpus", {}, "", {6, 6}, last_wins, module, "sys/devices/virtual/workqueue/cpumask", "CPUs of unbound kernel work", ""},
    {"rcutree.nohz_full_patience_delay", {"CONFIG_RCU_NOCB_CPU"}, "", {6, 11}, last_wins, module, "",
     "milliseconds a tickless CPU is left alone by RCU", ""},
};

}  // namespace

std::span<const KargInfo> karg_catalogue() { return kCatalogue; }

const KargInfo* karg_info(std::string_view key) {
  for (const auto& info : kCatalogue)
    if (same_key(info.key, key)) return &info;
  return nullptr;
}

}  // namespace vfirst
