// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the owner of a machine wants: the INI files of the policy, merged key by key. Each value has
// the line that it came from.

#include "base/byte_size.hpp"
#include "base/coalescing.hpp"
#include "base/cpu_set.hpp"
#include "base/guid.hpp"
#include "base/mac_address.hpp"
#include "base/pci_address.hpp"
#include "base/vf_attributes.hpp"
#include "policy/vf_driver.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace vfirst {

struct Origin {
  // The file's name without its directory: "50-host.ini".
  std::string file;
  // From 1; 0: the whole file.
  unsigned line = 0;
  std::string str() const { return line ? fmt::format("{}:{}", file, line) : file; }
  bool operator==(const Origin&) const = default;
};

// A file whose [match] does not match this machine.
struct SkippedFile {
  // The line of [match] that does not.
  Origin from;
  std::string why;
  bool operator==(const SkippedFile&) const = default;
};

template <class T>
struct Setting {
  T value{};
  Origin from;
  bool operator==(const Setting&) const = default;
};
template <class T>
// absent: the policy does not set it.
using Maybe = std::optional<Setting<T>>;

template <class T, class U>
T value_or(const Maybe<T>& setting, U&& otherwise) {
  return setting ? setting->value : static_cast<T>(std::forward<U>(otherwise));
}

// full: guests' CPUs are taken out of the scheduler's balancing, for guests that are pinned.
// balanced: only interrupts, the tick and the kernel's own work are kept away from them, so that
// the scheduler still spreads guests that are not pinned.
enum class Isolation { none, full, balanced };

struct CpuPolicy {
  Maybe<unsigned> reserved_cores_per_node;
  // A CPU list as the kernel writes it; the planner checks it against the machine.
  Maybe<std::string> reserved;
  Maybe<Isolation> isolate;
  Maybe<bool> skew_tick;
  bool operator==(const CpuPolicy&) const = default;
};

// "80%" or "24".
struct PageRequest {
  bool percent = false;
  std::uint64_t amount = 0;
  bool operator==(const PageRequest&) const = default;
};

struct HugepagePolicy {
  // One of kHugepageSizes (policy/values.hpp); the planner knows which the machine has.
  Maybe<ByteSize> size;
  Maybe<PageRequest> per_node;
  // node0 = 24.
  std::map<unsigned, Setting<PageRequest>> nodes;
  Maybe<ByteSize> host_reserve;
  // hugetlb_free_vmemmap.
  Maybe<bool> free_page_structs;
  bool operator==(const HugepagePolicy&) const = default;
};

enum class IommuMode { passthrough, translated, off };
struct IommuPolicy {
  Maybe<IommuMode> mode;
  bool operator==(const IommuPolicy&) const = default;
};

// How the CPUs choose their frequency.
enum class Frequency { performance, powersave, schedutil };

struct PowerPolicy {
  // The inner value is absent for `any`.
  Maybe<std::optional<unsigned>> max_cstate;
  // The same bound in microseconds.
  Maybe<unsigned> max_latency_us;
  Maybe<unsigned> isolated_latency_us;
  Maybe<Frequency> frequency;
  // Of the soft and hard lockup detectors.
  Maybe<bool> watchdogs;
  bool operator==(const PowerPolicy&) const = default;
};

struct KernelPolicy {
  // Further arguments, as written.
  Maybe<std::string> extra;
  // Dangerous values must be written out; there is no default.
  Maybe<std::string> mitigations;
  bool operator==(const KernelPolicy&) const = default;
};

// [module NAME].
struct ModulePolicy {
  // With '_'.
  std::string name;
  // The section's line.
  Origin from;
  // By name, with '_': values as the kernel command line has them.
  std::map<std::string, Setting<std::string>> parameters;
  bool operator==(const ModulePolicy&) const = default;
};

// Every key that is set must match.
struct PfSelector {
  // An address, or a glob of one.
  Maybe<std::string> pci;
  Maybe<std::uint16_t> vendor, device;
  // "8086:0001", either half may be *
  Maybe<std::string> subsystem;
  // Globs; `port` is a dev_port number or a phys_port_name.
  Maybe<std::string> driver, slot, ifname, port;
  Maybe<MacAddress> mac;
  Maybe<unsigned> node;
  // It has no key and would match every device: parse_policy() refuses such a section.
  bool empty() const { return *this == PfSelector{}; }
  bool operator==(const PfSelector&) const = default;
};

struct MacRule {
  enum class Kind { stable, automatic, first } kind = Kind::automatic;
  // For Kind::first: the address of the first VF, from which the others count up.
  MacAddress first;
  bool operator==(const MacRule&) const = default;
};

// The GUIDs of an InfiniBand port's VFs.
struct GuidRule {
  enum class Kind { stable, first } kind = Kind::stable;
  // For Kind::first: the GUID of the first VF, from which the others count up.
  Guid first;
  bool operator==(const GuidRule&) const = default;
};

// Without a number: `max`.
struct VfCount {
  std::optional<unsigned> number;
  bool operator==(const VfCount&) const = default;
};

// What the owner asks of live migration: without it the plan has an error, or only a warning.
enum class MigrationWish { required, wanted };

// The settings of a VF that a step of its own carries out, or that the planner judges.
template <template <class> class Field>
struct VfPlacementOf {
  Field<VfDriver> driver{};
  Field<MigrationWish> migration{};
  Field<MacRule> mac{};
  Field<GuidRule> guid{};
  // MSI-X vectors, or queues.
  Field<unsigned> queues{};
  bool operator==(const VfPlacementOf&) const = default;
};

// Of a [vf] section, or the vf-* keys of a [pf] section. The keys are in policy/vf_keys.hpp.
struct VfSettings : VfPlacementOf<Maybe>, VfAttributesOf<Maybe>, CoalescingOf<Maybe> {
  bool operator==(const VfSettings&) const = default;
};

struct IrqRule {
  enum class Kind { local_reserved, reserved, list } kind = Kind::local_reserved;
  // For Kind::list: a CPU list as the kernel writes it.
  std::string cpus;
  bool operator==(const IrqRule&) const = default;
};

// Its coalescing is that of the PF's own port.
struct PfPolicy : CoalescingOf<Maybe> {
  // Of [pf NAME].
  std::string name;
  // The section's line.
  Origin from;
  PfSelector match;
  Maybe<unsigned> expect;
  Maybe<VfCount> vfs;
  // Its vf-* keys.
  VfSettings vf;
  // legacy | switchdev.
  Maybe<std::string> eswitch;
  Maybe<unsigned> queues;
  Maybe<IrqRule> irq;
  // absent: yes.
  Maybe<bool> required;
  Maybe<bool> allow_recreate;
  // Even if the host boots or routes through it.
  Maybe<bool> allow_boot_nic;
  // The tree does not show what carries something that the host needs, and it is not this device.
  Maybe<bool> allow_unknown_carrier;
  bool operator==(const PfPolicy&) const = default;
};

// [vf NAME a-b].
struct VfRange {
  std::string pf;
  unsigned first = 0, last = 0;
  Origin from;
  VfSettings vf;
  bool operator==(const VfRange&) const = default;
};

enum class Reboot { none, reboot, kexec };
enum class Role { host, guest };
// Ways in which a boot brings policy of its own. An image that lists some takes no other.
struct BroughtSources {
  // A filesystem labelled VFIRST, without being asked for on the kernel command line.
  bool label = false;
  // vfirst.policy=URL
  bool url = false;
  // A file that the boot loader put into the initramfs.
  bool loader_file = false;
  bool operator==(const BroughtSources&) const = default;
};
struct BootPolicy {
  Maybe<bool> trial;
  // Further arguments of the trial boot, as written.
  Maybe<std::string> trial_extra;
  Maybe<Reboot> reboot;
  Maybe<unsigned> timeout_s;
  Maybe<Role> role;
  // absent: no. First provisioning may run although this is no sealed image.
  Maybe<bool> provision;
  // absent: what the kernel command line asks for, and files of the boot loader.
  Maybe<BroughtSources> brought;
  bool operator==(const BootPolicy&) const = default;
};

struct Policy {
  CpuPolicy cpu;
  HugepagePolicy hugepages;
  IommuPolicy iommu;
  PowerPolicy power;
  KernelPolicy kernel;
  // In order of first appearance.
  std::vector<ModulePolicy> modules;
  // In order of first appearance.
  std::vector<PfPolicy> pfs;
  std::vector<VfRange> vf_ranges;
  BootPolicy boot;
  // The files that were used, in order.
  std::vector<std::string> files;
  // "60-r760.ini: [match] product is not ...".
  std::vector<SkippedFile> skipped;
  // What this boot brought and what was refused of it, a line each: "url-1-host.ini:3: ...".
  std::vector<std::string> refused;
  bool operator==(const Policy&) const = default;
};

}  // namespace vfirst
