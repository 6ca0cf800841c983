// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/boot_nic.hpp"

#include "base/driver_name.hpp"
#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "facts/port_mac.hpp"
#include "facts/sriov.hpp"
#include "host/root.hpp"
#include "kargs/command_line.hpp"

#include <algorithm>

namespace vfirst {

namespace {

bool may_be_boot_nic(const Root& root, const std::string& function) {
  const auto dir = fmt::format("{}/{}", kernel_paths::kPciFunctions, function);
  if (root.number(dir + "/class", 16).value_or(0) >> 16 != 0x02 || root.link(dir + "/physfn"))
    return false;
  // A guest has it: then it has no port here.
  return !is_vfio_driver(root.link_name(dir + "/driver").value_or(""));
}

}  // namespace

std::optional<MacAddress> boot_mac(std::string_view cmdline) {
  std::optional<MacAddress> mac;
  for (const auto& arg : split_arguments(cmdline)) {
    if (arg.key != kBootNicArgument || !arg.value) continue;
    auto text = *arg.value;
    std::ranges::replace(text, '-', ':');
    if (text.size() == 20 && text[2] == ':') text.erase(0, 3);
    if (const auto read = MacAddress::parse(text)) mac = *read;
  }
  return mac;
}

std::optional<BootNic> read_boot_nic(
    const Root& root, std::string_view cmdline, const facts::PortMacs& macs) {
  const auto mac = boot_mac(cmdline);
  if (!mac) return std::nullopt;
  BootNic nic{*mac, {}, {}};
  const auto names = root.list(kernel_paths::kNetworkPorts);
  if (!names) return nic;
  const auto function_of = [&](const std::string& name) -> std::optional<PciAddress> {
    const auto target = root.link(kernel_paths::network_port(name));
    const auto path = target ? facts::pci_path(*target) : std::vector<PciAddress>{};
    return path.empty() ? std::nullopt : std::optional(path.back());
  };
  const auto disguised = macs.disguised();
  std::vector<PciAddress> with_port;
  for (const auto& name : *names)
    if (const auto function = function_of(name);
        function && std::ranges::find(disguised, name) == disguised.end())
      with_port.push_back(*function);
  nic.ports = macs.with(*mac);
  if (!nic.ports.empty()) return nic;
  const auto functions = root.list(kernel_paths::kPciFunctions);
  if (!functions) return nic;
  for (const auto& function : *functions)
    if (const auto address = PciAddress::parse(function);
        address && std::ranges::find(with_port, *address) == with_port.end() &&
        may_be_boot_nic(root, function))
      nic.candidates.push_back(*address);
  return nic;
}

}  // namespace vfirst
