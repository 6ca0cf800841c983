// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A PCI function in sysfs: paths and the few questions that several actions ask.

#include "plan/quirks.hpp"
#include "steps/machine.hpp"

#include "base/cpu_set.hpp"
#include "base/pci_address.hpp"

#include <optional>
#include <string>
#include <vector>

namespace vfirst::steps {

// The CPUs that are online now; nothing where the kernel does not say.
std::optional<CpuSet> online_cpus(const Root& root);

std::string device_path(const PciAddress& address, std::string_view attribute = {});
std::optional<std::string> bound_driver(const Root& root, const PciAddress& address);

struct Netdev {
  // For messages only: udev may rename it.
  std::string name;
  unsigned ifindex = 0;
  bool up = false;
};
std::vector<Netdev> netdevs(const Root& root, const PciAddress& address);
// The PF's own, not a representor of a VF.
std::optional<Netdev> pf_port(const Root& root, const PciAddress& pf);

// The address of VF `index`, as the kernel's virtfn link says; nothing where that VF does not
// exist.
std::optional<PciAddress> vf_address(const Root& root, const PciAddress& pf, unsigned index);
// By virtfn links: sriov_numvfs waits for the device lock.
unsigned count_vfs(const Root& root, const PciAddress& pf);

// The user of this VF, for a message ("qemu-system-x86 (812) has /dev/vfio/14 open"); nothing
// where nobody does.
std::optional<std::string> vf_user(const Root& root, const PciAddress& vf);

// What the quirk table says of the PF's driver in such a case: "; ice: <what to look at>"; "" where
// nothing.
std::string quirk_hint(
    const Root& root, const PciAddress& pf, std::string_view DriverQuirk::* what);

// The kernel's newest message that names the device, quoted for the end of a cause; "" where none.
std::string kernel_says(const Root& root, const PciAddress& address);

}  // namespace vfirst::steps
