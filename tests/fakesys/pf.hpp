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
  std::string driver = "igb";                                    // "": none is bound yet
  unsigned total = 7, offset = 128, stride = 2;
  bool iommu = true;
  std::string netdev = "eth0";                                   // "": not a NIC
  unsigned ifindex = 2;
  bool up = false;
  std::vector<unsigned> irqs = {40, 41, 42};                     // requested when the port comes up
  bool managed = false;                                          // NVMe: there from the start, the kernel's own
  bool managed_shown = false;                                    // ... and by a read-only file, as from 6.12 on
  unsigned unmanaged = 0;                                        // but for so many first ones (the admin queue's)
  int managed_error = EPERM;                                     // EIO before 6.12
  bool keeps_vfs = false;                                        // its driver leaves without removing the VFs (NVMe)
  unsigned busy = 0;                                             // this many numvfs writes answer EAGAIN
  // How its driver takes sriov_numvfs.
  enum class Driver { obeys, no_memory, refuses, refuses_number, makes_none, half, silent, silent_while_down, blocks } driver_does = Driver::obeys;
};

}  // namespace vfirst::fake
