// SPDX-License-Identifier: GPL-2.0-or-later
#include "kargs/known_words.hpp"

#include "kargs/command_line.hpp"

#include <algorithm>

namespace vfirst {

namespace {

// The names in __setup(), early_param() and core_param() of Linux 6.1 and 6.12 that are built into Debian's kernel; those of
// other configurations (SELinux, IP autoconfiguration) are known to init or to dracut only. A name with '=' is none of the
// kernel's without a value. Names with a dot are left out: a kernel never hands them to init.
constexpr std::string_view kEverywhere[] = {
    "TOMOYO_loader=", "TOMOYO_trigger=", "accept_memory", "acpi_apic_instance", "acpi_backlight=", "acpi_enforce_resources=",
    "acpi_force_32bit_fadt_addr", "acpi_force_table_verification", "acpi_irq_balance", "acpi_irq_isa=", "acpi_irq_nobalance", "acpi_irq_pci=",
    "acpi_mask_gpe=", "acpi_no_auto_serialize", "acpi_no_memhotplug", "acpi_no_static_ssdt", "acpi_no_watchdog", "acpi_os_name=", "acpi_osi=",
    "acpi_pm_good", "acpi_rev_override", "acpi_rsdp", "acpica_no_return_repair", "agp=", "alloc_snapshot", "amd_iommu=", "amd_iommu_dump",
    "amd_iommu_intr=", "amd_prefcore", "amd_pstate", "apparmor=", "audit=", "audit_backlog_limit=", "bdev_allow_write_mounted=", "bert_disable",
    "boot_delay", "bootconfig", "ca_keys=", "cgroup_debug", "cgroup_disable=", "cgroup_favordynmods=", "cgroup_no_v1=", "checkreqprot=",
    "clk_ignore_unused", "clock=", "clocksource=", "cma", "coherent_pool", "console=", "console_msg_format=", "consoleblank", "coredump_filter=",
    "crash_kexec_post_notifiers", "crashkernel", "debug", "debug_boot_weak_hash", "debugfs", "default_hugepagesz=", "deferred_probe_timeout=",
    "delayacct", "dhash_entries=", "driver_async_probe=", "dump_apple_properties", "dyndbg=", "early_ioremap_debug", "early_page_ext", "earlycon",
    "efi", "efivar_ssdt=", "elevator=", "elfcorehdr", "enforcing=", "erst_disable", "evm=", "fb_tunnels=", "fbcon=", "fips=", "ftrace=",
    "ftrace_boot_snapshot", "ftrace_dump_on_oops", "ftrace_filter=", "ftrace_graph_filter=", "ftrace_graph_max_depth=", "ftrace_graph_notrace=",
    "ftrace_notrace=", "fw_devlink", "gpt", "hardened_usercopy=", "hashdist=", "hest_disable", "hibernate=", "highres=", "hlt", "hostname",
    "hpet_mmap=", "hugepages=", "hugepagesz=", "hugetlb_free_vmemmap", "i2c_touchscreen_props=", "ignore_loglevel", "ignore_rlimit_data",
    "ihash_entries=", "ima_appraise", "ima_appraise_tcb", "ima_canonical_fmt", "ima_hash=", "ima_policy=", "ima_tcb", "ima_template=",
    "ima_template_fmt=", "init=", "init_on_alloc", "init_on_free", "initcall_blacklist=", "initcall_debug", "initramfs_async=", "initramfs_options=",
    "initrd", "initrdmem", "int_pln_enable", "integrity_audit=", "intel_iommu=", "intel_pstate", "intremap", "iomem=", "ipcmni_extend",
    "irqaffinity=", "irqfixup", "irqpoll", "irqtime", "isolcpus=", "ivrs_acpihid", "ivrs_hpet", "ivrs_ioapic", "kasan", "keep_bootcon", "kernelcore",
    "kprobe_event=", "load_ramdisk=", "lockdown", "log_buf_len", "loglevel", "lpj=", "lsm=", "maxcpus", "mem_sleep_default=", "memblock",
    "memhp_default_state=", "memtest", "mhash_entries=", "mitigations", "mminit_loglevel", "module_blacklist", "movable_node", "movablecore",
    "mphash_entries=", "nmi_watchdog=", "no_console_suspend", "no_file_caps", "no_hash_pointers", "no_scroll", "noautogroup", "noefi", "nohibernate",
    "nohugeiomap", "nohugevmalloc", "nohz=", "nohz_full=", "noinitrd", "nointremap", "noirqdebug", "nomodeset", "nomodule", "nopvspin", "norandmaps",
    "noresume", "nosmp", "nosmt", "nosoftlockup", "nowatchdog", "nr_cpus", "ntp_tick_adj=", "numa", "numa_balancing=", "oops", "page_poison", "panic",
    "panic_on_taint", "panic_on_warn", "panic_print", "pause_on_oops", "pci", "pcie_aspm=", "pcie_pme=", "pcie_port_pm=", "pcie_ports=",
    "pd_ignore_unused", "percpu_alloc", "pm_debug_messages", "pmtmr=", "pnp_reserve_dma=", "pnp_reserve_io=", "pnp_reserve_irq=", "pnp_reserve_mem=",
    "pnpacpi=", "preempt=", "print_fatal_signals=", "profile=", "psi=", "quiet", "randomize_kstack_offset", "ras", "rcu_nocb_poll", "rcu_nocbs",
    "rdinit=", "reboot=", "regulator_ignore_unused", "relax_domain_level=", "resched_latency_warn_ms=", "reserve=", "reserve_mem=", "reset_devices",
    "resume=", "resume_offset=", "resumedelay=", "resumewait", "retain_initrd", "ro", "rodata", "root=", "rootdelay=", "rootflags=", "rootfstype=",
    "rootwait", "rw", "sched_thermal_decay_shift=", "sched_verbose", "schedstats=", "security=", "skew_tick", "slab_debug", "slab_max_order=",
    "slab_merge", "slab_min_objects=", "slab_min_order=", "slab_nomerge", "slub_debug", "slub_max_order=", "slub_min_objects=", "slub_min_order=",
    "softlockup_panic=", "stack_depot_disable", "stack_guard_gap=", "stacktrace", "swapaccount=", "swiotlb", "sysrq_always_enabled",
    "tcpmhash_entries=", "thash_entries=", "thp_anon=", "thread_backlog_napi", "threadirqs", "tp_printk", "tp_printk_stop_on_boot", "trace_buf_size=",
    "trace_clock=", "trace_event=", "trace_instance=", "trace_options=", "trace_trigger=", "traceoff_on_warning", "tracing_thresh=",
    "transparent_hugepage=", "uhash_entries=", "video=", "watchdog_thresh=", "xen_scrub_pages",
};
constexpr std::string_view kX86[] = {
    "acpi", "acpi_sci", "acpi_skip_timer_override", "acpi_sleep=", "acpi_use_timer_override", "add_efi_memmap", "align_va_addr=", "alloc_mptable",
    "apic", "apic_extnmi", "apicpmtimer", "bgrt_disable", "clearcpuid=", "cpu0_hotplug", "cpu_init_udelay", "debug_alternative", "debug_callthunks",
    "debugpat", "disable_cpu_apicid", "disable_mtrr_cleanup", "disable_mtrr_trim", "disable_timer_pin_1", "disableapic", "earlyprintk",
    "efi_no_storage_paranoia", "enable_mtrr_cleanup", "gart_fix_e820", "gather_data_sampling", "gbpages", "hpet=", "hv_nopvspin", "ia32_emulation",
    "ibt=", "idle", "indirect_target_selection", "init_pkru=", "io_delay", "iommu", "l1d_flush", "l1tf", "lapic", "lapic_timer_c2_ok", "mce", "mds",
    "mem", "memmap", "mmio_stale_data", "mtrr", "mtrr_chunk_size", "mtrr_cleanup_debug", "mtrr_gran_size", "mtrr_spare_reg_nr", "no_ipi_broadcast=",
    "no_kvmapf", "no_kvmclock", "no_kvmclock_vsyscall", "no_steal_acc", "no_timer_check", "no_vmw_sched_clock", "noapic", "noapictimer", "noexec32=",
    "nofsgsbase", "nohpet", "noinvpcid", "nolapic", "nolapic_timer", "nomce", "nonmi_ipi", "nopat", "nopcid", "nopku", "nopti", "nopv",
    "noreplace_smp", "nosgx", "nospectre_v1", "notsc", "nox2apic", "possible_cpus", "pti", "rdrand", "rdt", "reg_file_data_sampling", "retbleed",
    "ring3mwait=disable", "sev=", "show_lapic=", "spec_rstack_overflow", "spectre_bhi", "srbds", "strict_sas_size", "tsa", "tsc=", "tsc_early_khz",
    "tsx_async_abort", "unknown_nmi_panic", "unwind_debug", "update_mptable", "userpte", "vdso32=", "vdso=", "vmalloc", "vmscape", "vsyscall",
    "x2apic_phys", "xen_emul_unplug", "xen_legacy_crash", "xen_mc_debug", "xen_msr_safe", "xen_no_vector_callback", "xen_nopv", "xen_nopvspin",
    "xen_timer_slop",
};
constexpr std::string_view kArm64[] = {
    "acpi", "allow_mismatched_32bit_el0", "kpti", "mem", "no_steal_acc", "nodebugmon", "nokaslr", "nospectre_bhb", "nospectre_v2", "ssbd",
};

// fs/proc/proc_sysctl.c, sysctl_aliases.
constexpr std::string_view kSysctl[] = {"hardlockup_all_cpu_backtrace", "hung_task_panic", "numa_zonelist_order", "softlockup_all_cpu_backtrace"};

// What init, dracut, the installer or we ourselves read from proc/cmdline; nokaslr is read by the decompressor, before the
// kernel proper. It hands them to init all the same.
constexpr std::string_view kForUserSpace[] = {
    "nokaslr",
    "1", "2", "3", "4", "5", "6", "s", "S", "single", "emergency", "rescue", "auto", "fastboot", "forcefsck", "splash", "nosplash", "text",
    "ip", "BOOTIF", "ds", "boot", "toram", "persistence", "components", "cloud_config_url", "vfirst",
};

bool listed(std::span<const std::string_view> names, const KernelArg& arg) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    if (!name.ends_with('=')) return arg.is(name);
    return arg.value && arg.is(name.substr(0, name.size() - 1));
  });
}

}  // namespace

bool known_to_kernel(const KernelArg& arg, std::string_view architecture) {
  // unknown_bootoption looks for the loader's own words at the front of the text, not in a table.
  if ((arg.value && arg.key == "BOOT_IMAGE") || arg.key.starts_with("kexec")) return true;
  if (listed(kEverywhere, arg)) return true;
  if (std::ranges::find(kSysctl, arg.key) != std::end(kSysctl)) return true;
  const bool arm = architecture.starts_with("aarch64") || architecture.starts_with("arm64");
  return arm ? listed(kArm64, arg) : listed(kX86, arg);
}

bool meant_for_init(const KernelArg& arg) { return listed(kForUserSpace, arg); }

}  // namespace vfirst
