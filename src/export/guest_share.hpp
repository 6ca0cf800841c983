// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the guest of one VF gets of that VF's NUMA node: whole cores of the isolated CPUs and a part
// of the hugepages.

#include "plan/plan.hpp"

#include <map>
#include <optional>

namespace vfirst {

struct GuestShare {
  // nothing: the PF is on no node, or the node is not known
  std::optional<unsigned> node;
  // the same one, or the nearest to it that has memory
  std::optional<unsigned> memory_node;
  // by vCPU; SMT siblings are neighbours
  std::vector<unsigned> cpus;
  // for QEMU's own threads
  CpuSet host;
  // 0: that node gets no hugepages
  std::uint64_t page_kb = 0, pages = 0;
  // how many the node was divided among
  unsigned guests_here = 1;
  // there are fewer cores than guests: some get the same
  bool cores_shared = false;
  bool operator==(const GuestShare&) const = default;
};

// For each VF that goes to vfio-pci, by its address. A node is divided evenly among the VFs of one
// device class there: VF 3 of a NIC and VF 3 of an NVMe come to the same cores, because one guest
// takes both.
std::map<PciAddress, GuestShare> guest_shares(const Plan&, const Facts&);

}  // namespace vfirst
