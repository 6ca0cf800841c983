// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// Pins the vfio vectors of a guest that has VFs of the plan to the CPUs of its virtual CPUs.

#include "steps/machine.hpp"

#include "base/cpu_set.hpp"
#include "base/pci_address.hpp"

#include <string>
#include <vector>

namespace vfirst {

struct Guest {
  std::string name;
  // Of <vcpupin>, else of <vcpu cpuset=>; empty: not pinned.
  CpuSet cpus;
  // The host's addresses, in the order of the domain's XML.
  std::vector<PciAddress> devices;
};

// libvirt's domain XML, as its hooks get it on stdin.
Result<Guest> parse_guest(std::string_view xml);
// libvirt's CPU lists: "1-4,^3,6"; a name takes out what came before it.
Result<CpuSet> parse_cpuset(std::string_view text);

struct GuestDevice {
  PciAddress device;
  // Empty: nothing says which, so its vectors stay where they are.
  CpuSet cpus;
};
// Of the guest's devices those that vfirst made or set up (run/vfirst/irqs), each with its CPUs:
// the guest's own, else the isolated ones of the device's node.
std::vector<GuestDevice> guest_devices(const Guest& guest, const Root& root);

struct GuestReport {
  // Counted at the end.
  unsigned vectors = 0, pinned = 0, writes = 0;
  // Why some could not be pinned.
  std::vector<std::string> causes;
};

// A vector exists once the guest's driver asks for it, seconds or minutes after the guest started.
// The kernel sends no event then, and a driver may ask several times. So this looks at most once a
// second, at two or three files a VF, until every vector has been where it belongs for `quiet`, or
// the time is up.
GuestReport pin_guest(
    const std::vector<GuestDevice>& devices, const Machine& machine, Events::Time budget,
    Events::Time quiet);

}  // namespace vfirst
