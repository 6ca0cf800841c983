// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/port_mac.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "facts/readers.hpp"
#include "facts/sriov.hpp"
#include "host/own_paths.hpp"
#include "host/rtnetlink.hpp"

namespace vfirst::facts {

namespace {

std::optional<MacAddress> mac_in(const Root& root, const std::string& file) {
  const auto mac = MacAddress::parse(text_of(root, file));
  return mac && !mac->is_zero() ? std::optional(*mac) : std::nullopt;
}

}  // namespace

PortMacs::PortMacs(const Root& root) : root_(root) {
  if (root.is_host()) {
    const auto answer = rtnetlink::permanent_macs();
    if (!answer) return;
    by_name_ = *answer;
    std::string text;
    for (const auto& [name, mac] : by_name_)
      text += fmt::format("{} {}\n", name, mac.str());
    root.remember(kCapturedAddresses, text);
  } else if (const auto text = root.read(kCapturedAddresses)) {
    for (const auto line : split(*text, '\n')) {
      const auto parts = words(line);
      if (parts.size() != 2) continue;
      if (const auto mac = MacAddress::parse(parts[1])) by_name_.emplace(parts[0], *mac);
    }
  }
}

std::optional<MacAddress> PortMacs::permanent(const std::string& folder) const {
  const auto name = folder.substr(folder.rfind('/') + 1);
  if (const auto told = by_name_.find(name); told != by_name_.end()) return told->second;
  // drivers/net/bonding/bond_sysfs_slave.c: the address that the port had before it joined.
  if (auto before = mac_in(root_, folder + "/bonding_slave/perm_hwaddr")) return before;
  if (origin(root_, folder) == MacOrigin::permanent) return mac_in(root_, folder + "/address");
  return std::nullopt;
}

MacOrigin PortMacs::origin(const Root& root, const std::string& folder) {
  const auto type = root.number(folder + "/addr_assign_type");
  if (!type) return MacOrigin::unknown;
  // NET_ADDR_PERM, NET_ADDR_RANDOM, NET_ADDR_STOLEN, NET_ADDR_SET (linux/netdevice.h).
  switch (*type) {
    case 0: return MacOrigin::permanent;
    case 1: return MacOrigin::random;
    case 2: return MacOrigin::stolen;
    case 3: return MacOrigin::set;
    default: return MacOrigin::unknown;
  }
}

std::vector<std::string> PortMacs::with(const MacAddress& mac) const {
  std::vector<std::string> own, using_it;
  for (const auto& name :
       root_.list(kernel_paths::kNetworkPorts).value_or(std::vector<std::string>{})) {
    const auto folder = kernel_paths::network_port(name);
    const auto target = root_.link(folder);
    const auto is = permanent(folder);
    if (is == mac && target && !pci_path(*target).empty()) own.push_back(name);
    if (mac_in(root_, folder + "/address") == mac) using_it.push_back(name);
  }
  return own.empty() ? using_it : own;
}

std::vector<std::string> PortMacs::disguised() const {
  std::vector<std::string> out;
  for (const auto& name :
       root_.list(kernel_paths::kNetworkPorts).value_or(std::vector<std::string>{})) {
    const auto folder = kernel_paths::network_port(name);
    const auto target = root_.link(folder);
    if (!target || pci_path(*target).empty() || permanent(folder)) continue;
    const auto from = origin(root_, folder);
    if (from == MacOrigin::set || from == MacOrigin::stolen) out.push_back(name);
  }
  return out;
}

}  // namespace vfirst::facts
