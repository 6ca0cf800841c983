// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the machine is. Plain values, read once by read_facts (facts/read.hpp), never changed
// afterwards. An absent optional, an empty string or a false `..._known` says "this tree does not
// tell", never "no".

#include "base/byte_size.hpp"
#include "base/guid.hpp"
#include "base/kernel_version.hpp"
#include "base/mac_address.hpp"
#include "base/memory_range.hpp"
#include "base/nvme_controllers.hpp"
#include "base/pci_address.hpp"
#include "facts/cpu_facts.hpp"
#include "facts/defined_guest.hpp"
#include "facts/neighbours.hpp"
#include "loader/boot_facts.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vfirst {

struct HugepagePool {
  std::uint64_t size_kb = 0, pages = 0, free = 0;
  bool operator==(const HugepagePool&) const = default;
};

struct NumaNode {
  unsigned id = 0;
  // Online ones; empty: CPU-less node.
  CpuSet cpus;
  // `total_kb` 0: memory-less node, if memory_known.
  std::uint64_t total_kb = 0, free_kb = 0;
  // To the nodes in `numa`'s order.
  std::vector<unsigned> distances;
  std::vector<HugepagePool> pools;
  // 1 GiB frames wholly inside this node's memory blocks (sys/devices/system/memory); absent where
  // blocks are not shown.
  std::optional<std::uint64_t> gigabyte_frames;
  // false: the tree has no meminfo of this node.
  bool memory_known = true;
  // Its memory blocks, joined; empty where they are not shown.
  std::vector<MemoryRange> ranges = {};
  // false: its memory comes after the kernel has started (a driver adds it, or it is plugged in).
  bool at_boot = true;
  // Its memory is of a lower tier than that of the nodes with CPUs.
  bool slow = false;
  // What a driver adds to the memory of a node that has other memory, too, or what is plugged in. A
  // part of total_kb, not of gigabyte_frames and ranges.
  std::uint64_t late_kb = 0;
  bool operator==(const NumaNode&) const = default;
};

struct MemoryFacts {
  std::uint64_t total_kb = 0;
  std::uint64_t page_kb = 4;
  std::uint64_t default_hugepage_kb = 0;
  // sys/kernel/mm/hugepages.
  std::vector<std::uint64_t> hugepage_sizes_kb;
  std::uint64_t crashkernel_bytes = 0;
  // "Crash kernel" in proc/iomem; empty where that is not shown.
  std::vector<MemoryRange> crash_ranges;
  // What the ZFS cache (ARC) may grow to in this boot; absent: ZFS is not in use, or not shown.
  std::optional<std::uint64_t> zfs_arc_kb;
  bool operator==(const MemoryFacts&) const = default;
};

struct PcieLink {
  // MT/s (8000 = 8 GT/s) a lane, lanes; 0: unknown.
  unsigned speed_mts = 0, width = 0;
  bool operator==(const PcieLink&) const = default;
};

struct Sriov {
  unsigned total_vfs = 0, num_vfs = 0, offset = 0, stride = 0;
  std::uint16_t vf_device = 0;
  // Of one VF, each implemented BAR.
  std::vector<std::uint64_t> vf_bar_bytes;
  // false: the firmware left no MMIO window for the VFs.
  std::optional<bool> bars_assigned;
  std::optional<bool> autoprobe;
  // Those that exist now, by index.
  std::vector<PciAddress> vfs;
  // The last bus behind the bridge above the PF. The kernel makes no VF beyond it. Absent: not
  // shown, as for a device on a root bus.
  std::optional<unsigned> last_bus{};
  bool operator==(const Sriov&) const = default;
};

// Where the address in use comes from (ABI/testing/sysfs-class-net, addr_assign_type).
enum class MacOrigin { unknown, permanent, random, stolen, set };

// A netdev of a PCI function.
struct NetPort {
  std::string name;
  // `mac` is the address in use. A bond gives all of its ports one address, and anybody may set
  // another, so only `permanent_mac` says which port it is.
  std::optional<MacAddress> mac, permanent_mac;
  MacOrigin mac_origin = MacOrigin::unknown;
  std::string phys_port_name;
  std::optional<unsigned> dev_port;
  std::optional<unsigned> speed_mbps;
  bool up = false;
  // Not the device's own port: it stands for a VF, a subfunction or another host's function in the
  // embedded switch.
  bool is_representor() const;
  // The address that tells the port from all others: the permanent one. The one in use counts only
  // where nothing says how it came about, as in a foreign inventory.
  std::optional<MacAddress> identity() const;
  bool operator==(const NetPort&) const = default;
};

struct PciFunction {
  PciAddress address;
  // 24 bits: 0x020000 Ethernet, 0x010802 NVMe.
  std::uint32_t class_code = 0;
  std::uint16_t vendor = 0, device = 0, subsystem_vendor = 0, subsystem_device = 0;
  // pci.ids, "" where the list has none.
  std::string name;
  // Bound now.
  std::string driver;
  std::string modalias;
  int node = -1;
  std::optional<unsigned> iommu_group;
  PcieLink link, link_capable;
  bool ari = false, acs = false;
  unsigned msix_vectors = 0;
  // Interrupts that its driver has now (msi_irqs); absent: not shown.
  std::optional<unsigned> msi_irqs;
  std::optional<Sriov> sriov;
  // Of an NVMe device with VFs; absent: not shown.
  std::optional<NvmePrimary> nvme{};
  // false: an inventory that has no word on SR-IOV.
  bool sriov_known = true;
  // A VF's PF.
  std::optional<PciAddress> physfn;
  // From the root port down, this function not included.
  std::vector<PciAddress> bridges;
  // Physical slot name, where firmware gives one.
  std::string slot;
  std::vector<NetPort> ports;
  // Of its InfiniBand device.
  std::optional<Guid> node_guid{};
  bool is_vf() const { return physfn.has_value(); }
  // Its ports without the representors.
  std::vector<const NetPort*> own_ports() const;
  bool operator==(const PciFunction&) const = default;
};

struct IommuGroup {
  unsigned id = 0;
  // "identity", "DMA", "DMA-FQ".
  std::string type;
  std::vector<PciAddress> members;
  bool operator==(const IommuGroup&) const = default;
};

struct IommuFacts {
  // The tree shows firmware/acpi/tables at all.
  bool tables_known = false;
  // iort: an IORT that names an SMMU, or that cannot be read.
  bool dmar = false, ivrs = false, iort = false;
  // class/iommu: dmar0, ivhd0, ...
  std::vector<std::string> units;
  std::vector<IommuGroup> groups;
  bool active() const { return !units.empty() || !groups.empty(); }
  bool operator==(const IommuFacts&) const = default;
};

enum class ModuleState { missing, loadable, builtin };

struct Kernel {
  std::string release;
  KernelVersion version;
  bool running = false;
  bool config_known = false;
  // "CONFIG_NO_HZ_FULL" -> "y"; those of kernel_needs.hpp that are set.
  std::map<std::string, std::string> config;
  bool modules_known = false;
  // Only those we ask for.
  std::map<std::string, ModuleState> modules;
  // By the address of a PF: the modules of the vfio drivers for its VFs, the best one first. A PF
  // for which the kernel has none is missing, as is one whose VFs' device ID is not known.
  std::map<std::string, std::vector<std::string>> vfio_modules;
  // Of the modules that were asked for, by their names with '_': the parameters that they take.
  // Missing: not known.
  std::map<std::string, std::vector<std::string>> parameters;
  // The base page of an arm64 kernel, by its configuration or its name; absent: not known.
  std::optional<std::uint64_t> page_kb() const;
  bool operator==(const Kernel&) const = default;
};

struct Dmi {
  std::string vendor, product, serial, board;
  // The processor's version of SMBIOS: "Grace A02"; root alone may read it.
  std::string processor{};
  bool operator==(const Dmi&) const = default;
};

// What the host stands on: never unbound, never given away, nor anything in its IOMMU group.
struct CriticalDevice {
  PciAddress address;
  // "root filesystem", "root filesystem (NFS)", "/boot", "swap", or one of the two below.
  std::string role;
  // One of several of which at least one has the role: the tree does not show which.
  bool perhaps = false;
  bool operator==(const CriticalDevice&) const = default;
};
// Something that the host needs, and the tree does not show what carries it.
struct UnknownCarrier {
  // Which kinds of PCI function may be the one.
  enum class Reach { storage, network, any } reach = Reach::any;
  // As for a critical device.
  std::string role;
  // What is known, as a clause: "NFS server 10.9.0.1: no route to it is shown".
  std::string what;
  bool may_be(const PciFunction& function) const;
  bool operator==(const UnknownCarrier&) const = default;
};
inline constexpr std::string_view kDefaultRoute = "default route";
inline constexpr std::string_view kNetworkBoot = "network boot";  // BOOTIF=; more words may follow

struct Facts {
  CpuFacts cpu;
  MemoryFacts memory;
  // By id; a machine without node files has one, 0.
  std::vector<NumaNode> numa;
  // By address.
  std::vector<PciFunction> pci;
  IommuFacts iommu;
  // Newest first.
  std::vector<Kernel> kernels;
  Dmi dmi;
  // The DDP packages for ice (facts/firmware.hpp); absent: the tree shows no firmware, or ice has
  // no device here.
  std::optional<std::vector<std::string>> ice_packages{};
  BootFacts boot;
  std::vector<CriticalDevice> critical;
  std::vector<UnknownCarrier> unknown_carriers;
  // By tool, each in the order in which it reads its files.
  std::vector<Neighbour> neighbours;
  // By file.
  std::vector<DefinedGuest> guests;
  std::string hostname;
  // What this tree does not show, a line each.
  std::vector<std::string> gaps;
  bool operator==(const Facts&) const = default;

  const PciFunction* function(const PciAddress& address) const;  // nullptr where there is none
  const NumaNode* node(unsigned id) const;
  const Cpu* cpu_at(unsigned id) const;
  // NVIDIA's Grace, whose cpuinfo only has the part number of Arm's core.
  bool is_grace() const;
  // The base page of a kernel: that of its configuration, else that of this boot.
  std::uint64_t page_kb_of(const Kernel& kernel) const;
  // Short hash over what a plan rests on (CPU numbering, nodes and the size of their memory, PF
  // addresses): when it changes, a stored plan belongs to another machine. VFs, drivers, free
  // memory and what a kernel argument takes from or gives back to MemTotal (crashkernel=, 1G pages
  // without their struct pages) do not count.
  std::string fingerprint() const;
};

}  // namespace vfirst
