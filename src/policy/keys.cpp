// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/keys.hpp"

#include "base/text.hpp"
#include "policy/table.hpp"

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
};

constexpr KeyRow<CpuPolicy> kCpu[] = {
    row<CpuPolicy, value::number<1, 1024>, &CpuPolicy::reserved_cores_per_node>(
        "cpu", "reserved-cores-per-node", "1..1024",
        "whole cores that the host keeps on each NUMA node, SMT siblings with them (default 1)"),
    row<CpuPolicy, value::cpus, &CpuPolicy::reserved>(
        "cpu", "reserved", "CPU-LIST", "the reserved CPUs as a literal list instead", true),
    row<CpuPolicy, value::yes_no, &CpuPolicy::isolate>(
        "cpu", "isolate", kYesNo,
        "isolcpus, nohz_full, rcu_nocbs and irqaffinity for the other CPUs"),
};

constexpr KeyRow<HugepagePolicy> kHugepages[] = {
    row<HugepagePolicy, value::hugepage_size, &HugepagePolicy::size>(
        "hugepages", "size", "1G | 2M", "size of the pages"),
    row<HugepagePolicy, value::pages, &HugepagePolicy::per_node>(
        "hugepages", "per-node", "PERCENT% | PAGES",
        "share of what each node can give, or a page count"),
    row<HugepagePolicy, value::size, &HugepagePolicy::host_reserve>(
        "hugepages", "host-reserve", "SIZE", "memory of each node that is never given away"),
};
constexpr PolicyKey kNodePages{
    "hugepages", "nodeN", "PERCENT% | PAGES", "the same for one node; wins over per-node"};

constexpr KeyRow<IommuPolicy> kIommu[] = {
    row<IommuPolicy, value::iommu_mode, &IommuPolicy::mode>(
        "iommu", "mode", "passthrough | translated | off", "how the host's own DMA is mapped"),
};

constexpr KeyRow<PowerPolicy> kPower[] = {
    row<PowerPolicy, value::cstate, &PowerPolicy::max_cstate>(
        "power", "max-cstate", "0..9 | any",
        "deepest C-state of the whole host; any leaves it alone"),
    row<PowerPolicy, value::number<0, 2000000>, &PowerPolicy::isolated_latency_us>(
        "power", "isolated-latency-us", "0..2000000",
        "wake-up latency allowed to isolated CPUs, at run time"),
};

constexpr KeyRow<KernelPolicy> kKernel[] = {
    row<KernelPolicy, value::words, &KernelPolicy::extra>(
        "kernel", "extra", "ARGUMENTS", "further kernel arguments, as written", true),
    row<KernelPolicy, value::mitigations, &KernelPolicy::mitigations>(
        "kernel", "mitigations", "auto | auto,nosmt | off",
        "CPU vulnerability mitigations; off trusts every guest"),
};

constexpr KeyRow<PfPolicy> kPf[] = {
    row<PfPolicy, value::pci_glob, &PfPolicy::match, &PfSelector::pci>(
        "pf NAME", "pci", "ADDRESS", "selects PFs by PCI address, * and ? allowed"),
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
        "pf NAME", "ifname", kGlob, "selects by interface name; the others are safer"),
    row<PfPolicy, value::number<1, 256>, &PfPolicy::expect>(
        "pf NAME", "expect", "1..256", "how many PFs must match (default 1)"),
    row<PfPolicy, value::vf_count, &PfPolicy::vfs>(
        "pf NAME", "vfs", "0..65535 | max", "VFs to make on each"),
    row<PfPolicy, value::eswitch, &PfPolicy::eswitch>(
        "pf NAME", "eswitch", "legacy | switchdev", "embedded switch mode"),
    row<PfPolicy, value::number<0, 65535>, &PfPolicy::rx_usecs>(
        "pf NAME", "rx-usecs", "0..65535", "receive interrupt coalescing"),
    row<PfPolicy, value::number<0, 65535>, &PfPolicy::tx_usecs>(
        "pf NAME", "tx-usecs", "0..65535", "transmit interrupt coalescing"),
    row<PfPolicy, value::yes_no, &PfPolicy::adaptive_rx>(
        "pf NAME", "adaptive-rx", kOnOff, "adaptive receive coalescing"),
    row<PfPolicy, value::yes_no, &PfPolicy::adaptive_tx>(
        "pf NAME", "adaptive-tx", kOnOff, "adaptive transmit coalescing"),
    row<PfPolicy, value::number<1, 4096>, &PfPolicy::queues>(
        "pf NAME", "queues", "1..4096", "the PF's own channels"),
    row<PfPolicy, value::irq_rule, &PfPolicy::irq>(
        "pf NAME", "irq", "local-reserved | reserved | CPU-LIST", "where its interrupts go", true),
    row<PfPolicy, value::yes_no, &PfPolicy::required>(
        "pf NAME", "required", kYesNo, "no: best effort (default yes)"),
    row<PfPolicy, value::yes_no, &PfPolicy::allow_recreate>(
        "pf NAME", "allow-recreate", kYesNo,
        "another number of VFs may be replaced when none is in use (default no)"),
    row<PfPolicy, value::yes_no, &PfPolicy::allow_boot_nic>(
        "pf NAME", "allow-boot-nic", kYesNo,
        "also the port that this host boots or routes through; its link may drop (default no)"),
};

constexpr std::string_view kVf = "vf NAME RANGE";
constexpr KeyRow<VfSettings> kVfs[] = {
    row<VfSettings, value::vf_driver, &VfSettings::driver>(
        kVf, "driver", "vfio-pci | keep | none | DRIVER", "driver of the VFs"),
    row<VfSettings, value::mac_rule, &VfSettings::mac>(
        kVf, "mac", "stable | auto | MAC",
        "stable: from the PF's permanent MAC and the index; or the first VF's address, the others "
        "count up"),
    row<VfSettings, value::yes_no, &VfSettings::trust>(
        kVf, "trust", kOnOff, "may the guest change MAC and promiscuity"),
    row<VfSettings, value::yes_no, &VfSettings::spoofcheck>(
        kVf, "spoofcheck", kOnOff, "drop frames with another source address"),
    row<VfSettings, value::number<1, 2048>, &VfSettings::queues>(
        kVf, "queues", "1..2048", "MSI-X vectors or queues, where the device can"),
    row<VfSettings, value::number<0, 4094>, &VfSettings::vlan>(
        kVf, "vlan", "0..4094", "VLAN of the port, 0: none"),
    row<VfSettings, value::number<0, 7>, &VfSettings::qos>(kVf, "qos", "0..7", "VLAN priority"),
    row<VfSettings, value::vlan_protocol, &VfSettings::vlan_protocol>(
        kVf, "vlan-protocol", "802.1Q | 802.1ad", "VLAN tag"),
    row<VfSettings, value::link_state, &VfSettings::link_state>(
        kVf, "link-state", "auto | enable | disable", "link that the VF sees"),
    row<VfSettings, value::number<0, 4000000>, &VfSettings::min_rate_mbps>(
        kVf, "min-rate", "0..4000000", "Mbit/s assured, 0: none"),
    row<VfSettings, value::number<0, 4000000>, &VfSettings::max_rate_mbps>(
        kVf, "max-rate", "0..4000000", "Mbit/s at most, 0: no limit"),
    row<VfSettings, value::number<0, 65535>, &VfSettings::rx_usecs>(
        kVf, "rx-usecs", "0..65535", "receive interrupt coalescing, of VFs that the host uses"),
    row<VfSettings, value::number<0, 65535>, &VfSettings::tx_usecs>(
        kVf, "tx-usecs", "0..65535", "transmit interrupt coalescing, of VFs that the host uses"),
    row<VfSettings, value::yes_no, &VfSettings::adaptive_rx>(
        kVf, "adaptive-rx", kOnOff, "adaptive receive coalescing, of VFs that the host uses"),
    row<VfSettings, value::yes_no, &VfSettings::adaptive_tx>(
        kVf, "adaptive-tx", kOnOff, "adaptive transmit coalescing, of VFs that the host uses"),
};

constexpr KeyRow<BootPolicy> kBoot[] = {
    row<BootPolicy, value::yes_no, &BootPolicy::trial>(
        "boot", "trial", kYesNo, "try new kernel arguments once, keep them after a green verify"),
    row<BootPolicy, value::words, &BootPolicy::trial_extra>(
        "boot", "trial-extra", "ARGUMENTS", "for the trial's one boot only: oops=panic"),
    row<BootPolicy, value::reboot, &BootPolicy::reboot>(
        "boot", "reboot", "none | reboot | kexec",
        "what first provisioning does at its end (default none)"),
    row<BootPolicy, value::number<1, 600>, &BootPolicy::timeout_s>(
        "boot", "timeout", "1..600", "seconds for everything in the initramfs (default 60)"),
    row<BootPolicy, value::role, &BootPolicy::role>(
        "boot", "role", "host | guest",
        "guest: inside a VM, its VFs' coalescing, queues and IRQs only"),
    row<BootPolicy, value::yes_no, &BootPolicy::provision>(
        "boot", "provision", kYesNo,
        "first provisioning may run although this is no sealed image (default no)"),
    row<BootPolicy, value::brought, &BootPolicy::brought>(
        "boot", "brought", "none | SOURCES",
        "what a boot may bring in policy: label, url, loader-file"),
};

std::vector<PolicyKey> all_keys() {
  std::vector<PolicyKey> keys;
  const auto add = [&](const auto& rows) {
    for (const auto& each : rows)
      keys.push_back(each.info);
  };
  add(kMatch), add(kCpu), add(kHugepages);
  keys.push_back(kNodePages);
  add(kIommu), add(kPower), add(kKernel), add(kPf);
  static constexpr std::string_view kPrefixed[] = {
      "vf-driver",   "vf-mac",      "vf-trust",         "vf-spoofcheck",  "vf-queues",
      "vf-vlan",     "vf-qos",      "vf-vlan-protocol", "vf-link-state",  "vf-min-rate",
      "vf-max-rate", "vf-rx-usecs", "vf-tx-usecs",      "vf-adaptive-rx", "vf-adaptive-tx"};
  static_assert(std::size(kPrefixed) == std::size(kVfs));
  for (std::size_t i = 0; i < std::size(kVfs); ++i)
    keys.push_back({"pf NAME", kPrefixed[i], kVfs[i].info.syntax, kVfs[i].info.help});
  add(kVfs), add(kBoot);
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
  return kPf;
}
std::span<const KeyRow<VfSettings>> vf_rows() {
  return kVfs;
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
