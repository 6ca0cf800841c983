// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/keys.hpp"

#include "base/text.hpp"
#include "policy/table.hpp"
#include "policy/vf_keys.hpp"

namespace vfirst {

namespace {

// A row for the Setting that lies at `path` within the section's struct.
template <class Section, auto parse, auto... path>
constexpr KeyRow<Section> row(
    std::string_view section, std::string_view key, std::string_view syntax, std::string_view help,
    bool lines = false) {
  return {
      {section, key, syntax, help},
      [](Section& s, std::string_view text, const Origin& from) -> Status {
        auto& setting = (s.*....*path);
        setting = typename std::remove_cvref_t<decltype(setting)>::value_type{
            VFIRST_TRY(parse(text)), from};
        return {};
      },
      [](const Section& s) -> std::optional<std::string> {
        const auto& setting = (s.*....*path);
        return setting ? std::optional(value::print(setting->value)) : std::nullopt;
      },
      lines};
}

constexpr std::string_view kYesNo = "yes | no";
constexpr std::string_view kOnOff = "on | off";
constexpr std::string_view kGlob = "GLOB";

constexpr MatchRow kMatch[] = {
    {{"match", "product", kGlob, "DMI product name"}, MatchKey::product},
    {{"match", "vendor", kGlob, "DMI system vendor"}, MatchKey::vendor},
    {{"match", "serial", kGlob, "DMI serial number"}, MatchKey::serial},
    {{"match", "hostname", kGlob, "host name"}, MatchKey::hostname},
    {{"match", "mac", kGlob, "MAC address of any network port"}, MatchKey::mac},
    {{"match", "cpu-vendor", kGlob, "intel, amd or arm"}, MatchKey::cpu_vendor},
    {{"match", "cpu-model", kGlob, "name of the CPU"}, MatchKey::cpu_model},
};

constexpr KeyRow<CpuPolicy> kCpu[] = {
    row<CpuPolicy, value::number<1, 1024>, &CpuPolicy::reserved_cores_per_node>(
        "cpu", "reserved-cores-per-node", "1..1024",
        "whole cores that the host keeps on each NUMA node, with their SMT siblings (default 1)"),
    row<CpuPolicy, value::cpus, &CpuPolicy::reserved>(
        "cpu", "reserved", "CPU-LIST", "the CPUs that the host keeps, as a list", true),
    row<CpuPolicy, value::isolation, &CpuPolicy::isolate>(
        "cpu", "isolate", "yes | no | balanced",
        "isolcpus, nohz_full, rcu_nocbs and irqaffinity for the other CPUs; balanced: for guests "
        "that are not pinned"),
    row<CpuPolicy, value::yes_no, &CpuPolicy::skew_tick>(
        "cpu", "skew-tick", kYesNo, "yes: the timer ticks of the CPUs come at different moments"),
};

constexpr KeyRow<HugepagePolicy> kHugepages[] = {
    row<HugepagePolicy, value::hugepage_size, &HugepagePolicy::size>(
        "hugepages", "size", "1G | 2M | 64K | 32M | 512M | 16G",
        "size of the pages; which there are depends on the CPU and the kernel"),
    row<HugepagePolicy, value::pages, &HugepagePolicy::per_node>(
        "hugepages", "per-node", "PERCENT% | PAGES",
        "share of what each node can give, or a page count"),
    row<HugepagePolicy, value::size, &HugepagePolicy::host_reserve>(
        "hugepages", "host-reserve", "SIZE", "memory that stays with the host on each node"),
    row<HugepagePolicy, value::yes_no, &HugepagePolicy::free_page_structs>(
        "hugepages", "free-page-structs", kYesNo,
        "yes: give most of the memory back that describes the pages"),
};
constexpr PolicyKey kNodePages{
    "hugepages", "nodeN", "PERCENT% | PAGES",
    "the same as per-node for one node; overrides per-node"};

constexpr KeyRow<IommuPolicy> kIommu[] = {
    row<IommuPolicy, value::iommu_mode, &IommuPolicy::mode>(
        "iommu", "mode", "passthrough | translated | off", "how the host's own DMA is mapped"),
};

constexpr KeyRow<PowerPolicy> kPower[] = {
    row<PowerPolicy, value::cstate, &PowerPolicy::max_cstate>(
        "power", "max-cstate", "0..9 | any",
        "deepest C-state of the whole host; any leaves it alone"),
    row<PowerPolicy, value::number<1, 2000000>, &PowerPolicy::max_latency_us>(
        "power", "max-latency-us", "1..2000000",
        "longest wake-up time of the whole host's CPUs, instead of max-cstate"),
    row<PowerPolicy, value::number<0, 2000000>, &PowerPolicy::isolated_latency_us>(
        "power", "isolated-latency-us", "0..2000000",
        "longest wake-up time of isolated CPUs, set at run time"),
    row<PowerPolicy, value::frequency, &PowerPolicy::frequency>(
        "power", "frequency", "performance | powersave | schedutil",
        "how the CPUs choose their frequency"),
    row<PowerPolicy, value::yes_no, &PowerPolicy::watchdogs>(
        "power", "watchdogs", kOnOff, "off: no detectors of soft and hard lockups"),
};

constexpr KeyRow<KernelPolicy> kKernel[] = {
    row<KernelPolicy, value::words, &KernelPolicy::extra>(
        "kernel", "extra", "ARGUMENTS", "further kernel arguments, as written", true),
    row<KernelPolicy, value::mitigations, &KernelPolicy::mitigations>(
        "kernel", "mitigations", "auto | auto,nosmt | off",
        "mitigations of CPU vulnerabilities; off only if you trust every guest"),
};

constexpr PolicyKey kModuleParameter{
    "module NAME", "PARAMETER", "VALUE",
    "a parameter of a kernel module, set on the kernel command line"};

constexpr KeyRow<PfPolicy> kPf[] = {
    row<PfPolicy, value::pci_glob, &PfPolicy::match, &PfSelector::pci>(
        "pf NAME", "pci", "ADDRESS", "selects PFs by PCI address, which may contain * and ?"),
    row<PfPolicy, value::id16, &PfPolicy::match, &PfSelector::vendor>(
        "pf NAME", "vendor", "ID", "selects by PCI vendor"),
    row<PfPolicy, value::id16, &PfPolicy::match, &PfSelector::device>(
        "pf NAME", "device", "ID", "selects by PCI device"),
    row<PfPolicy, value::subsystem, &PfPolicy::match, &PfSelector::subsystem>(
        "pf NAME", "subsystem", "ID:ID", "selects by subsystem vendor and device, either may be *"),
    row<PfPolicy, value::glob, &PfPolicy::match, &PfSelector::driver>(
        "pf NAME", "driver", kGlob, "selects by the PF's own driver"),
    row<PfPolicy, value::mac, &PfPolicy::match, &PfSelector::mac>(
        "pf NAME", "mac", "MAC", "selects by permanent MAC address"),
    row<PfPolicy, value::glob, &PfPolicy::match, &PfSelector::slot>(
        "pf NAME", "slot", kGlob, "selects by physical slot"),
    row<PfPolicy, value::number<0, 1023>, &PfPolicy::match, &PfSelector::node>(
        "pf NAME", "node", "0..1023", "selects by NUMA node"),
    row<PfPolicy, value::glob, &PfPolicy::match, &PfSelector::port>(
        "pf NAME", "port", kGlob, "selects by port number or physical port name"),
    row<PfPolicy, value::glob, &PfPolicy::match, &PfSelector::ifname>(
        "pf NAME", "ifname", kGlob, "selects by interface name; the other selectors are safer"),
    row<PfPolicy, value::number<1, 256>, &PfPolicy::expect>(
        "pf NAME", "expect", "1..256", "how many PFs must match (default 1)"),
    row<PfPolicy, value::vf_count, &PfPolicy::vfs>(
        "pf NAME", "vfs", "0..65535 | max", "number of VFs on each PF"),
    row<PfPolicy, value::eswitch, &PfPolicy::eswitch>(
        "pf NAME", "eswitch", "legacy | switchdev", "mode of the embedded switch"),
};

constexpr KeyRow<PfPolicy> kPfBehindCoalescing[] = {
    row<PfPolicy, value::number<1, 4096>, &PfPolicy::queues>(
        "pf NAME", "queues", "1..4096", "the PF's own channels"),
    row<PfPolicy, value::irq_rule, &PfPolicy::irq>(
        "pf NAME", "irq", "local-reserved | reserved | CPU-LIST", "CPUs for its interrupts", true),
    row<PfPolicy, value::yes_no, &PfPolicy::required>(
        "pf NAME", "required", kYesNo, "no: failures are warnings (default yes)"),
    row<PfPolicy, value::yes_no, &PfPolicy::allow_recreate>(
        "pf NAME", "allow-recreate", kYesNo,
        "replace another number of VFs when none is in use (default no)"),
    row<PfPolicy, value::yes_no, &PfPolicy::allow_boot_nic>(
        "pf NAME", "allow-boot-nic", kYesNo,
        "change it even if the host boots or routes through it (default no)"),
    row<PfPolicy, value::yes_no, &PfPolicy::allow_unknown_carrier>(
        "pf NAME", "allow-unknown-carrier", kYesNo,
        "change it even if it may carry root, which nothing shows (default no)"),
};

// The row of a table in policy/vf_keys.hpp, for a section of the file.
template <class Section, const auto& table, std::size_t index>
KeyRow<Section> key_row(std::string_view section) {
  static constexpr const auto& row = std::get<index>(table);
  return {
      {section, row.key, row.syntax, row.help},
      [](Section& s, std::string_view text, const Origin& from) -> Status {
        s.*row.setting = Setting{VFIRST_TRY(row.parse(text)), from};
        return {};
      },
      [](const Section& s) -> std::optional<std::string> {
        const auto& setting = s.*row.setting;
        return setting ? std::optional(value::print(setting->value)) : std::nullopt;
      }};
}

template <class Section, const auto& table>
std::vector<KeyRow<Section>> key_rows(std::string_view section) {
  return [&]<std::size_t... index>(std::index_sequence<index...>) {
    return std::vector<KeyRow<Section>>{key_row<Section, table, index>(section)...};
  }(std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(table)>>>());
}

std::vector<KeyRow<PfPolicy>> all_pf_rows() {
  std::vector<KeyRow<PfPolicy>> rows(std::begin(kPf), std::end(kPf));
  const auto coalescing = key_rows<PfPolicy, kCoalescingKeys>("pf NAME");
  rows.insert(rows.end(), coalescing.begin(), coalescing.end());
  rows.insert(rows.end(), std::begin(kPfBehindCoalescing), std::end(kPfBehindCoalescing));
  return rows;
}

constexpr KeyRow<BootPolicy> kBoot[] = {
    row<BootPolicy, value::yes_no, &BootPolicy::trial>(
        "boot", "trial", kYesNo,
        "use new kernel arguments for one trial boot; keep them if it passes verify"),
    row<BootPolicy, value::words, &BootPolicy::trial_extra>(
        "boot", "trial-extra", "ARGUMENTS",
        "further arguments of the trial boot only, such as oops=panic"),
    row<BootPolicy, value::reboot, &BootPolicy::reboot>(
        "boot", "reboot", "none | reboot | kexec",
        "what first provisioning does when it is done (default none)"),
    row<BootPolicy, value::number<1, 600>, &BootPolicy::timeout_s>(
        "boot", "timeout", "1..600",
        "longest time in seconds for all steps in the initramfs (default 60)"),
    row<BootPolicy, value::role, &BootPolicy::role>(
        "boot", "role", "host | guest",
        "guest: this is a VM; only coalescing, queues and interrupts are set"),
    row<BootPolicy, value::yes_no, &BootPolicy::provision>(
        "boot", "provision", kYesNo,
        "first provisioning may run although this is not a sealed image (default no)"),
    row<BootPolicy, value::brought, &BootPolicy::brought>(
        "boot", "brought", "none | SOURCES",
        "sources of further policy in a boot: label, url, loader-file"),
};

std::vector<PolicyKey> all_keys() {
  std::vector<PolicyKey> keys;
  const auto add = [&](const auto& rows) {
    for (const auto& each : rows)
      keys.push_back(each.info);
  };
  add(kMatch), add(kCpu), add(kHugepages);
  keys.push_back(kNodePages);
  add(kIommu), add(kPower), add(kKernel);
  keys.push_back(kModuleParameter);
  add(pf_rows());
  static const auto prefixed = [] {
    std::vector<std::string> out;
    for (const auto& each : vf_rows())
      out.push_back(fmt::format("vf-{}", each.info.key));
    return out;
  }();
  for (std::size_t i = 0; i < prefixed.size(); ++i)
    keys.push_back({"pf NAME", prefixed[i], vf_rows()[i].info.syntax, vf_rows()[i].info.help});
  add(vf_rows()), add(kBoot);
  return keys;
}

}  // namespace

std::span<const MatchRow> match_rows() {
  return kMatch;
}
std::span<const KeyRow<CpuPolicy>> cpu_rows() {
  return kCpu;
}
std::span<const KeyRow<HugepagePolicy>> hugepage_rows() {
  return kHugepages;
}
std::span<const KeyRow<IommuPolicy>> iommu_rows() {
  return kIommu;
}
std::span<const KeyRow<PowerPolicy>> power_rows() {
  return kPower;
}
std::span<const KeyRow<KernelPolicy>> kernel_rows() {
  return kKernel;
}
std::span<const KeyRow<PfPolicy>> pf_rows() {
  static const auto rows = all_pf_rows();
  return rows;
}
std::span<const KeyRow<VfSettings>> vf_rows() {
  static const auto rows = key_rows<VfSettings, kVfKeys>("vf NAME RANGE");
  return rows;
}
std::span<const KeyRow<BootPolicy>> boot_rows() {
  return kBoot;
}

std::optional<unsigned> node_key(std::string_view key) {
  if (!key.starts_with("node")) return std::nullopt;
  const auto digits = key.substr(4);
  const auto node = parse_number(digits);
  if (!node || *node > 1023 || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  return static_cast<unsigned>(*node);
}

const std::vector<PolicyKey>& policy_keys() {
  static const auto keys = all_keys();
  return keys;
}

}  // namespace vfirst
