// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// A PCI function in sysfs: paths and the few questions that several actions ask.

#include "plan/port_choice.hpp"
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

// The folder of a driver in sysfs, whether or not it is there. A driver that is not in our table
// may be registered with '-' where the policy says '_', or the other way round.
std::string driver_folder(const Root& root, const std::string& name);

struct Netdev {
  // For messages only: udev may rename it.
  std::string name;
  unsigned ifindex = 0;
  bool up = false;
  // Below sys, "sys/bus/pci/devices/0000:3b:00.0/net/eth0".
  std::string folder{};
};
// All netdevs of the function, representors too.
std::vector<Netdev> netdevs(const Root& root, const PciAddress& address);
// The function's own ports, without the representors of VFs and subfunctions that a PF has in
// switchdev mode; the lowest port number first.
std::vector<Netdev> own_ports(const Root& root, const PciAddress& address);
// Those of them that the policy means. Nothing is found where the driver has made no port yet, and
// where none of several is the one; `why_no_port` then says why.
std::vector<Netdev> chosen_ports(
    const Machine& machine, const PciAddress& address, const PortChoice& choice);
// The first of them, for what a PF has once.
std::optional<Netdev> chosen_port(
    const Machine& machine, const PciAddress& address, const PortChoice& choice);
// "0000:3b:00.0: its driver created no network device".
std::string why_no_port(
    const Machine& machine, const PciAddress& address, const PortChoice& choice);

// The address of VF `index`, as the kernel's virtfn link says; nothing where that VF does not
// exist.
std::optional<PciAddress> vf_address(const Root& root, const PciAddress& pf, unsigned index);
// By virtfn links: sriov_numvfs waits for the device lock.
unsigned count_vfs(const Root& root, const PciAddress& pf);

// The user of this VF, for a message ("qemu-system-x86 (812) has /dev/vfio/14 open"); nothing
// where nobody does.
std::optional<std::string> vf_user(const Root& root, const PciAddress& vf);

// The kernel's newest message that names the device, quoted for the end of a cause; "" where none.
std::string kernel_says(const Root& root, const PciAddress& address);

}  // namespace vfirst::steps
