// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A PF of the fake sysfs, and how its driver takes what is written.

#include "base/pci_address.hpp"

#include <cerrno>
#include <string>
#include <vector>

namespace vfirst::fake {

// Where the PF of most tests is.
inline const PciAddress kPf{0, 1, 0, 0};

struct Pf {
  std::string address = "0000:01:00.0";
  // "": none is bound yet
  std::string driver = "igb";
  unsigned total = 7, offset = 128, stride = 2;
  bool iommu = true;
  // "": not a NIC
  std::string netdev = "eth0";
  unsigned ifindex = 2;
  bool up = false;
  // requested when the port comes up
  std::vector<unsigned> irqs = {40, 41, 42};
  // NVMe: there from the start, the kernel's own
  bool managed = false;
  // ... and by a read-only file, as from 6.12 on
  bool managed_shown = false;
  // but for so many first ones (the admin queue's)
  unsigned unmanaged = 0;
  // EIO before 6.12
  int managed_error = EPERM;
  // its driver leaves without removing the VFs (NVMe)
  bool keeps_vfs = false;
  // this many numvfs writes answer EAGAIN
  unsigned busy = 0;
  // How its driver takes sriov_numvfs.
  enum class Driver {
    obeys,
    no_memory,
    refuses,
    refuses_number,
    makes_none,
    half,
    silent,
    silent_while_down,
    blocks,
    // as the driver of its name does in the state `ails` (sriov_rules.cpp)
    by_name
  } driver_does = Driver::obeys;
  // In which state the driver or the device of `by_name` is, for so many writes as `busy` says, or
  // for ever.
  enum class Ails {
    nothing,
    not_ready,
    in_use,
    not_started,
    safe_mode,
    vfs_do_not_start,
    too_few_resources,
    no_iommu,
    no_ari,
    no_msix,
    no_sriov,
    not_pf_mode,
    hash_table_set,
    kernel_refuses,
    wrong_number
  } ails = Ails::nothing;
  // this errno to any number
  int answers = 0;
};

}  // namespace vfirst::fake
