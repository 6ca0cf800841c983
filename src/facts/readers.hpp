// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// One reader a noun; read_facts calls them in this order. Each adds a line to `gaps` for what the
// tree does not show.

#include "facts/mounts.hpp"
#include "facts/read.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst::facts {

using Gaps = std::vector<std::string>;

Result<CpuFacts> read_cpus(const Root&, Gaps&);
// Set CpuFacts::smt_bugs and idle_states.
void read_smt_bugs(const Root&, CpuFacts&);
void read_idle_states(const Root&, CpuFacts&);
// Sets CpuFacts::snp_declined.
void read_snp(const Root&, CpuFacts&);
MemoryFacts read_memory(const Root&, const CpuFacts&, Gaps&);
// Sets MemoryFacts::zfs_arc_kb.
void read_zfs(const Root&, const std::vector<Mount>&, MemoryFacts&);
// Sets Cpu::node too.
std::vector<NumaNode> read_nodes(const Root&, CpuFacts&, const MemoryFacts&, Gaps&);
// After the IOMMU: its groups.
void read_pci(const Root&, const ReadOptions&, Facts&);
// Sets PciFunction::nvme.
void read_nvme(const Root&, Facts&);
IommuFacts read_iommu(const Root&, Gaps&);
std::vector<Kernel> read_kernels(
    const Root&, const ReadOptions&, const std::vector<PciFunction>&, Gaps&);
Dmi read_dmi(const Root&);
// All but the boot loader: that is read_loader's.
BootFacts read_boot(const Root&, const std::vector<Mount>&, Gaps&);
void read_loader(const Root&, const std::vector<Mount>&, BootFacts&, Gaps&);
// Last of those that read devices: what the host needs of them.
void read_critical(const Root&, const std::vector<Mount>&, const BootFacts&, Facts&);
std::vector<Neighbour> read_neighbours(const Root&);
// Where irqbalance's arguments and environment may stand; empty where it is not enabled.
std::vector<std::string> irqbalance_files(const Root&);
// The guests that are defined here. Adds the CPUs that they are pinned to to the neighbours.
std::vector<DefinedGuest> read_guests(const Root&, std::vector<Neighbour>&);

// A CPU set that sysfs shows under one of several names, as a list or as a mask, depending on the
// kernel's age. The name that answered last is tried first, so that an old kernel costs one failed
// open and not one for every CPU.
class CpuSetFile {
 public:
  // "..._list" is a list, else a mask.
  CpuSetFile(std::initializer_list<std::string_view> names) : names_(names) {}
  std::optional<CpuSet> read(const Root&, std::string_view directory);

 private:
  std::vector<std::string_view> names_;
  std::size_t last_ = 0;
};

// The numbers N of the entries PREFIXn in a directory, sorted; empty where there is no directory.
std::vector<unsigned> numbered(const Root&, std::string_view directory, std::string_view prefix);
// "MemTotal:  123 kB" of a meminfo file, "model name : X" of cpuinfo: the text after KEY and its
// colon, trimmed.
std::optional<std::string_view> field(std::string_view text, std::string_view key);
// "directory/name".
std::string path_in(std::string_view directory, std::string_view name);
// Trimmed, "" where there is none.
std::string text_of(const Root&, std::string_view path);

}  // namespace vfirst::facts
