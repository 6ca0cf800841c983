// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the owner wants: the INI files of design's policy, merged key by key, each value with the line it came from.

#include "base/byte_size.hpp"
#include "base/cpu_set.hpp"
#include "base/mac_address.hpp"
#include "base/pci_address.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace vfirst {

struct Origin {
  std::string file;                                              // the file's name without its directory: "50-host.ini"
  unsigned line = 0;
  std::string str() const { return file.empty() ? std::string() : fmt::format("{}:{}", file, line); }
  bool operator==(const Origin&) const = default;
};

template <class T>
struct Setting {
  T value{};
  Origin from;
  bool operator==(const Setting&) const = default;
};
template <class T>
using Maybe = std::optional<Setting<T>>;                         // absent: the policy does not say

template <class T, class U>
T value_or(const Maybe<T>& setting, U&& otherwise) {
  return setting ? setting->value : static_cast<T>(std::forward<U>(otherwise));
}

struct CpuPolicy {
  Maybe<unsigned> reserved_cores_per_node;
  Maybe<std::string> reserved;                                   // kernel CPU list grammar; read against the facts' nr_cpu_ids
  Maybe<bool> isolate;
  bool operator==(const CpuPolicy&) const = default;
};

struct PageRequest {                                             // "80%" or "24"
  bool percent = false;
  std::uint64_t amount = 0;
  bool operator==(const PageRequest&) const = default;
};

struct HugepagePolicy {
  Maybe<ByteSize> size;                                          // 1G or 2M
  Maybe<PageRequest> per_node;
  std::map<unsigned, Setting<PageRequest>> nodes;                // node0 = 24
  Maybe<ByteSize> host_reserve;
  bool operator==(const HugepagePolicy&) const = default;
};

enum class IommuMode { passthrough, translated, off };
struct IommuPolicy {
  Maybe<IommuMode> mode;
  bool operator==(const IommuPolicy&) const = default;
};

struct PowerPolicy {
  Maybe<std::optional<unsigned>> max_cstate;                     // inner nullopt: `any`
  Maybe<unsigned> isolated_latency_us;
  bool operator==(const PowerPolicy&) const = default;
};

struct KernelPolicy {
  Maybe<std::string> extra;                                      // further arguments, as written
  Maybe<std::string> mitigations;                                // a dangerous word, never a default
  bool operator==(const KernelPolicy&) const = default;
};

struct PfSelector {                                              // every one given must match
  Maybe<std::string> pci;                                        // address, glob allowed
  Maybe<std::uint16_t> vendor, device;
  Maybe<std::string> subsystem;                                  // "8086:0001", either half may be *
  Maybe<std::string> driver, slot, ifname, port;                 // globs; port: dev_port number or phys_port_name
  Maybe<MacAddress> mac;
  Maybe<unsigned> node;
  bool operator==(const PfSelector&) const = default;
};

struct MacRule {
  enum class Kind { stable, automatic, first } kind = Kind::automatic;
  MacAddress first;                                              // kind first: VF 0's address, the others count up
  bool operator==(const MacRule&) const = default;
};

struct VfCount {                                                 // absent number: `max`
  std::optional<unsigned> number;
  bool operator==(const VfCount&) const = default;
};

enum class LinkState { automatic, enable, disable };

struct VfSettings {
  Maybe<std::string> driver;                                     // vfio-pci | keep | none | a driver's name
  Maybe<MacRule> mac;
  Maybe<bool> trust, spoofcheck;
  Maybe<unsigned> queues;
  Maybe<unsigned> vlan, qos;
  Maybe<std::string> vlan_protocol;                              // 802.1Q | 802.1ad
  Maybe<LinkState> link_state;
  Maybe<unsigned> min_rate_mbps, max_rate_mbps;
  Maybe<unsigned> rx_usecs, tx_usecs;                            // of its own port, where the host has it
  Maybe<bool> adaptive_rx, adaptive_tx;
  bool coalescing() const { return rx_usecs || tx_usecs || adaptive_rx || adaptive_tx; }
  bool operator==(const VfSettings&) const = default;
};

struct IrqRule {
  enum class Kind { local_reserved, reserved, list } kind = Kind::local_reserved;
  std::string cpus;                                              // kind list: kernel CPU list grammar
  bool operator==(const IrqRule&) const = default;
};

struct PfPolicy {
  std::string name;                                              // of [pf NAME]
  Origin from;                                                   // the section's line
  PfSelector match;
  Maybe<unsigned> expect;
  Maybe<VfCount> vfs;
  VfSettings vf;                                                 // its vf-* keys
  Maybe<std::string> eswitch;                                    // legacy | switchdev
  Maybe<unsigned> rx_usecs, tx_usecs;
  Maybe<bool> adaptive_rx, adaptive_tx;
  Maybe<unsigned> queues;
  Maybe<IrqRule> irq;
  Maybe<bool> required;                                          // absent: yes
  Maybe<bool> allow_recreate;
  Maybe<bool> allow_boot_nic;                                    // although the host boots or routes through it
  bool operator==(const PfPolicy&) const = default;
};

struct VfRange {                                                 // [vf NAME a-b]
  std::string pf;
  unsigned first = 0, last = 0;
  Origin from;
  VfSettings vf;
  bool operator==(const VfRange&) const = default;
};

enum class Reboot { none, reboot, kexec };
enum class Role { host, guest };
struct BootPolicy {
  Maybe<bool> trial;
  Maybe<std::string> trial_extra;                                // further arguments of the trial's one boot, as written
  Maybe<Reboot> reboot;
  Maybe<unsigned> timeout_s;
  Maybe<Role> role;
  bool operator==(const BootPolicy&) const = default;
};

struct Policy {
  CpuPolicy cpu;
  HugepagePolicy hugepages;
  IommuPolicy iommu;
  PowerPolicy power;
  KernelPolicy kernel;
  std::vector<PfPolicy> pfs;                                     // in order of first appearance
  std::vector<VfRange> vf_ranges;
  BootPolicy boot;
  std::vector<std::string> files;                                // that took part, in order
  std::vector<std::string> skipped;                              // "60-r760.ini: [match] product is not ..."
  bool operator==(const Policy&) const = default;
};

}  // namespace vfirst
