// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The guest of one VF gets a share of that VF's NUMA node: whole cores of its isolated CPUs and
// some of its hugepages.

#include "plan/plan.hpp"

#include <map>
#include <optional>

namespace vfirst {

struct GuestShare {
  // Absent: the PF is on no node, or the node is not known.
  std::optional<unsigned> node;
  // The same node, or the nearest one with memory.
  std::optional<unsigned> memory_node;
  // One for each vCPU; SMT siblings are neighbours.
  std::vector<unsigned> cpus;
  // Where all of its vCPUs may run, if they are not pinned (isolate = balanced).
  CpuSet spread{};
  // For QEMU's own threads.
  CpuSet host;
  // 0: the node has no hugepages.
  std::uint64_t page_kb = 0, pages = 0;
  // Among how many guests the node was divided.
  unsigned guests_here = 1;
  // There are fewer cores than guests: some guests share cores.
  bool cores_shared = false;
  bool operator==(const GuestShare&) const = default;
};

// The share of each VF on a vfio driver, by its address. A node is divided evenly among its
// VFs of one device class: VF 3 of a NIC and VF 3 of an NVMe get the same cores, because one guest
// takes both.
std::map<PciAddress, GuestShare> guest_shares(const Plan&, const Facts&);

}  // namespace vfirst
