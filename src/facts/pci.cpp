// SPDX-License-Identifier: GPL-2.0-or-later
// PCI functions: identity of all, details of those that a plan can be about.
// ABI/testing/sysfs-bus-pci.
#include "base/kernel_paths.hpp"
#include "facts/readers.hpp"

#include "base/text.hpp"
#include "facts/node_guid.hpp"
#include "facts/port_mac.hpp"
#include "facts/sriov.hpp"
#include "host/pci.hpp"

#include <algorithm>
#include <map>

namespace vfirst::facts {

namespace {

std::string function_dir(const PciAddress& address) {
  return kernel_paths::pci_function(address);
}

bool class_is_wanted(std::uint32_t class_code) {
  // Storage, network, display, processing accelerator,
  const auto base = class_code >> 16;
  // Co-processor.
  return base == 0x01 || base == 0x02 || base == 0x03 || base == 0x12 || class_code >> 8 == 0x0b40;
}

// "8.0 GT/s PCIe" → 8000, "2.5 GT/s" → 2500, "Unknown" → 0.
unsigned parse_speed(std::string_view text) {
  const auto number = text.substr(0, text.find(' '));
  const auto dot = number.find('.');
  const auto whole = parse_number(number.substr(0, dot));
  const auto tenths = dot == std::string_view::npos ? std::optional<std::uint64_t>(0)
                                                    : parse_number(number.substr(dot + 1, 1));
  return whole && tenths && *whole < 10'000 ? static_cast<unsigned>(*whole * 1000 + *tenths * 100)
                                            : 0;
}

PcieLink link_of(
    const Root& root, const std::string& dir, std::string_view kind,
    const std::optional<LinkCapability>& config) {
  if (config && config->width) return {config->speed_mts, config->width};
  PcieLink link;
  if (const auto width = root.number(fmt::format("{}/{}_link_width", dir, kind));
      width && *width <= 32)
    link.width = static_cast<unsigned>(*width);
  if (link.width)
    link.speed_mts = parse_speed(text_of(root, fmt::format("{}/{}_link_speed", dir, kind)));
  return link;
}

// "../../../devices/pci0000:00/0000:00:03.0/0000:01:00.0": the bridges are the addresses before the
// last.
std::vector<PciAddress> bridges_of(const Root& root, const std::string& dir) {
  auto path = pci_path(root.link(dir).value_or(""));
  if (!path.empty()) path.pop_back();
  return path;
}

// ABI/testing/sysfs-bus-pci, subordinate_bus_number of the bridge right above.
std::optional<unsigned> last_bus_of(const Root& root, const std::vector<PciAddress>& bridges) {
  if (bridges.empty()) return std::nullopt;
  const auto bus = root.number(function_dir(bridges.back()) + "/subordinate_bus_number");
  return bus && *bus <= 0xff ? std::optional(static_cast<unsigned>(*bus)) : std::nullopt;
}

NetPort read_port(
    const Root& root, const PortMacs& macs, const std::string& dir, const std::string& name) {
  NetPort port;
  port.name = name;
  const auto at = fmt::format("{}/{}/", dir, name);
  if (const auto mac = MacAddress::parse(text_of(root, at + "address"))) port.mac = *mac;
  const auto folder = fmt::format("{}/{}", dir, name);
  port.permanent_mac = macs.permanent(folder);
  port.mac_origin = PortMacs::origin(root, folder);
  port.phys_port_name = text_of(root, at + "phys_port_name");
  if (const auto number = root.number(at + "dev_port"))
    port.dev_port = static_cast<unsigned>(*number);
  if (const auto speed = root.number(at + "speed"); speed && *speed && *speed < UINT32_MAX)
    port.speed_mbps = static_cast<unsigned>(*speed);
  // IFF_UP.
  port.up = root.number(at + "flags", 16).value_or(0) & 1;
  return port;
}

std::vector<NetPort> read_ports(
    const Root& root, const PortMacs& macs, const std::string& dir, std::uint16_t vendor) {
  std::vector<NetPort> ports;
  std::vector<std::string> at{dir};
  // Virtio: the netdev belongs to the device behind the PCI function.
  if (vendor == 0x1af4)
    for (auto n : numbered(root, dir, "virtio"))
      at.push_back(fmt::format("{}/virtio{}", dir, n));
  for (const auto& parent : at) {
    const auto names = root.list(parent + "/net");
    if (!names) continue;
    for (const auto& name : *names)
      ports.push_back(read_port(root, macs, parent + "/net", name));
  }
  return ports;
}

void read_details(
    const Root& root, const PciBus& bus, const PortMacs& macs, const PciCapabilities& config,
    PciFunction& function) {
  const auto dir = function_dir(function.address);
  function.driver = root.link_name(dir + "/driver").value_or("");
  function.modalias = text_of(root, dir + "/modalias");
  if (const auto node = root.number(dir + "/numa_node"); node && *node < INT32_MAX)
    function.node = static_cast<int>(*node);
  function.link = link_of(root, dir, "current", config.link);
  function.link_capable = link_of(root, dir, "max", config.link_capable);
  function.ari = config.ari;
  function.acs = config.acs;
  function.msix_vectors = config.msix_vectors;
  if (const auto irqs = root.list(dir + "/msi_irqs"))
    function.msi_irqs = static_cast<unsigned>(irqs->size());
  if (const auto pf = root.link_name(dir + "/physfn"))
    if (const auto address = PciAddress::parse(*pf)) function.physfn = *address;
  function.bridges = bridges_of(root, dir);
  function.slot = bus.slot(function.address);
  if (function.class_code >> 16 == 0x02)
    function.ports = read_ports(root, macs, dir, function.vendor);
  if (function.class_code >> 8 == kInfinibandClass)
    function.node_guid = node_guid(root, function.address);
}

// A bond, a bridge or a person gave a port another address, and its own is not shown.
void disguised_ports(Facts& facts) {
  for (const auto& function : facts.pci)
    for (const auto* port : function.own_ports())
      if (!function.is_vf() && port->mac && !port->permanent_mac &&
          (port->mac_origin == MacOrigin::set || port->mac_origin == MacOrigin::stolen))
        facts.gaps.push_back(fmt::format(
            "{} ({}): its permanent address is not shown; {} was set later", port->name,
            function.address.str(), port->mac->str()));
}

std::map<PciAddress, unsigned> groups_by_function(const IommuFacts& iommu) {
  std::map<PciAddress, unsigned> out;
  for (const auto& group : iommu.groups)
    for (const auto& member : group.members)
      out[member] = group.id;
  return out;
}

}  // namespace

// 0000:00:03.0 of every component of a device path that is a PCI function.
std::vector<PciAddress> pci_path(std::string_view path) {
  std::vector<PciAddress> functions;
  for (auto part : split(path, '/')) {
    if (part.size() < 12 || part.find('.') == std::string_view::npos) continue;
    if (const auto address = PciAddress::parse(part)) functions.push_back(*address);
  }
  return functions;
}

void read_pci(const Root& root, const ReadOptions& options, Facts& facts) {
  const auto bus = PciBus::open(root);
  if (!bus) {
    facts.gaps.push_back(bus.error().what);
    return;
  }
  const auto groups = groups_by_function(facts.iommu);
  const PortMacs macs(root);
  bool blind = false;
  for (const auto& address : bus->functions()) {
    const auto dir = function_dir(address);
    const auto total_vfs = root.number(dir + "/sriov_totalvfs");
    auto id = bus->identity(address, false);
    // Unplugged since the listing.
    if (!id) continue;
    PciFunction function;
    function.address = address;
    const bool wanted = total_vfs || class_is_wanted(id->class_code);
    if (wanted) id = bus->identity(address, true);
    if (!id) continue;
    function.class_code = id->class_code;
    function.vendor = id->vendor;
    function.device = id->device;
    function.subsystem_vendor = id->subsystem_vendor;
    function.subsystem_device = id->subsystem_device;
    if (const auto group = groups.find(address); group != groups.end())
      function.iommu_group = group->second;
    else if (const auto own = root.link_name(dir + "/iommu_group"))
      if (const auto number = parse_number(*own))
        function.iommu_group = static_cast<unsigned>(*number);
    if (wanted) {
      const auto config = bus->capabilities(address);
      blind = blind || !config.known;
      read_details(root, *bus, macs, config, function);
      function.sriov = read_sriov(root, dir, total_vfs, config);
      if (function.sriov) function.sriov->last_bus = last_bus_of(root, function.bridges);
      if (options.names) function.name = bus->name(*id);
    }
    facts.pci.push_back(std::move(function));
  }
  disguised_ports(facts);
  if (blind)
    facts.gaps.push_back(
        "PCI configuration space: not readable beyond 64 bytes, MSI-X sizes, ARI and ACS are not "
        "known");
}

}  // namespace vfirst::facts
