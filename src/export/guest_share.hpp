// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What the guest of one VF gets of that VF's NUMA node: whole cores of the isolated CPUs and a part of the hugepages.

#include "plan/plan.hpp"

#include <map>
#include <optional>

namespace vfirst {

struct GuestShare {
  std::optional<unsigned> node;                                  // nothing: the PF is on no node, or the node is not known
  std::optional<unsigned> memory_node;                           // the same one, or the nearest to it that has memory
  std::vector<unsigned> cpus;                                    // by vCPU; SMT siblings are neighbours
  CpuSet host;                                                   // for QEMU's own threads
  std::uint64_t page_kb = 0, pages = 0;                          // 0: that node gets no hugepages
  unsigned guests_here = 1;                                      // how many the node was divided among
  bool cores_shared = false;                                     // there are fewer cores than guests: some get the same
  bool operator==(const GuestShare&) const = default;
};

// For each VF that goes to vfio-pci, by its address. A node is divided evenly among the VFs of one device class there: VF 3
// of a NIC and VF 3 of an NVMe come to the same cores, because one guest takes both.
std::map<PciAddress, GuestShare> guest_shares(const Plan&, const Facts&);

}  // namespace vfirst
