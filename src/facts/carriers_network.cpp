// SPDX-License-Identifier: GPL-2.0-or-later
// Interfaces and what they are stacked on, and servers by the route to them.
#include "facts/carriers.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "base/words.hpp"
#include "facts/readers.hpp"
#include "facts/sriov.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {
using Reach = UnknownCarrier::Reach;
}  // namespace

bool Carriers::interface(const std::string& name) {
  // Until it is known, so that a loop of links ends.
  const auto [at, fresh] = interfaces_.try_emplace(name, false);
  if (fresh) at->second = below(name);
  return at->second;
}

bool Carriers::below(const std::string& name) {
  const auto target = root_.link(kernel_paths::network_port(name));
  if (!target) return false;
  if (functions(*target)) return true;
  // Hardware that is not on PCI: Hyper-V, a bus of a device tree.
  if (target->find("/virtual/net/") == target->npos) return true;
  bool found = lower(name);
  // An Open vSwitch port has no lower device of its own: all that the switch holds may carry it.
  if (!found && name != "ovs-system" && root_.exists(kernel_paths::network_port("ovs-system")))
    found = lower("ovs-system");
  return found;
}

bool Carriers::lower(const std::string& name) {
  bool found = false;
  const auto folder = kernel_paths::network_port(name);
  for (const auto& entry : list(folder))
    if (entry.starts_with("lower_")) found = interface(entry.substr(6)) || found;
  if (found) return true;
  // Kernels before 3.10 and some captures have no such links.
  for (const auto port : words(text_of(root_, folder + "/bonding/slaves")))
    found = interface(std::string(port)) || found;
  for (const auto& port : list(folder + "/brif"))
    found = interface(port) || found;
  return found;
}

bool Carriers::toward(const IpAddress& server) {
  bool found = false;
  for (const auto& name : routes_.toward(server))
    found = interface(name) || found;
  return found;
}

bool Carriers::from(const IpAddress& own) {
  bool found = false;
  for (const auto& name : routes_.with_address(own))
    found = interface(name) || found;
  return found;
}

bool Carriers::with_mac(const MacAddress& mac) {
  bool found = false;
  for (const auto& name : macs_.with(mac))
    found = interface(name) || found;
  return found;
}

// A connection that is bound to an interface takes no other one. Else all that is known of the way
// to the servers counts: the address that the connection has on this host, and the routes.
void Carriers::server(
    std::string_view what, const std::vector<IpAddress>& servers, const std::vector<IpAddress>& own,
    const std::string& interface_name) {
  by_ = what;
  bool found = !interface_name.empty() && interface(interface_name);
  if (!found) {
    for (const auto& address : own)
      found = from(address) || found;
    for (const auto& address : servers)
      found = toward(address) || found;
  }
  if (!found) {
    const auto to = joined(servers, ", ", &IpAddress::str);
    // The words say over which port the network of root comes. Where they name no such root, the
    // host may have booted over one port and mount from a server behind another.
    if (!words_.network.empty() && (!words_.interfaces.empty() || words_.boot_nic))
      boot_network(what);
    else if (root_.exists(kernel_paths::kNetworkPorts))
      unknown(
          Reach::network, to.empty()
                              ? fmt::format("{}: the server's address is not shown", what)
                              : fmt::format("{} from {}: no route to it is shown", what, to));
  }
  by_.clear();
}

void Carriers::boot_network(std::string_view what) {
  by_ = what;
  bool found = false, missing = false;
  for (const auto& server : words_.servers)
    found = toward(server) || found;
  if (words_.ibft || what == "iSCSI" || what == "NVMe over Fabrics")
    found = firmware_interfaces() || found;
  std::string names;
  for (const auto& name : words_.interfaces) {
    // ip= may name the port by its address, fcoe= too.
    const auto mac = MacAddress::parse(name);
    const auto renamed = words_.macs.find(name);
    const bool there = (mac && with_mac(*mac)) || interface(name) ||
                       (renamed != words_.macs.end() && with_mac(renamed->second));
    found |= there;
    missing |= !there;
    if (!there) append_to_list(names, name);
  }
  // The port with BOOTIF's address is critical by itself (facts/critical.cpp).
  if (words_.boot_nic && words_.interfaces.empty()) {
    with_mac(*words_.boot_nic);
    found = true;
  }
  by_.clear();
  if (missing)
    unknown(
        Reach::network,
        fmt::format("root comes by {} over {}, which is not there yet", what, names));
  else if (!found && root_.exists(kernel_paths::kNetworkPorts))
    unknown(Reach::network, fmt::format("root comes by {}: no word names the interface", what));
}

}  // namespace vfirst::facts
