// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The controllers of an NVMe device with SR-IOV, as Identify tells them: the primary one of the PF,
// and a secondary one for each VF. Those have no queues and no interrupts, and are offline, until
// the primary one hands them out. The specification's names of the fields stand behind the dashes
// (NVMe base specification, Virtualization Enhancements; libnvme's src/nvme/types.h).

namespace vfirst {

// What can be handed out: queues (VQ), each a pair of a submission and a completion queue, or
// interrupts (VI).
struct FlexibleResources {
  // 0: each controller has a number of its own that nobody can change - VQFRT, VIFRT.
  unsigned total = 0;
  // Those of them that the primary controller keeps - VQRFAP, VIRFAP.
  unsigned primary = 0;
  // The most for one secondary controller - VQFRSM, VIFRSM.
  unsigned most = 0;
  // Preferably a multiple of this - VQGRAN, VIGRAN.
  unsigned step = 0;
  bool operator==(const FlexibleResources&) const = default;
};

struct NvmePrimary {
  // CNTLID.
  unsigned id = 0;
  // It takes the command Virtualization Management - OACS, bit 7.
  bool manages = false;
  FlexibleResources queues{}, interrupts{};
  bool operator==(const NvmePrimary&) const = default;
};

struct NvmeSecondary {
  // SCID.
  unsigned id = 0;
  // The first VF is 1; 0: it belongs to no VF - VFN.
  unsigned vf_number = 0;
  // SCS, bit 0.
  bool online = false;
  // That were handed out to it - NVQ, NVI.
  unsigned queues = 0, interrupts = 0;
  bool operator==(const NvmeSecondary&) const = default;
};

}  // namespace vfirst
