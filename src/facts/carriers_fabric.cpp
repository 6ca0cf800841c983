// SPDX-License-Identifier: GPL-2.0-or-later
// Disks over a network: iSCSI, NVMe over Fabrics, and the firmware's tables of a boot from one.
#include "facts/carriers.hpp"

#include "base/kernel_paths.hpp"
#include "base/text.hpp"
#include "facts/nbft.hpp"
#include "facts/readers.hpp"

#include <algorithm>

namespace vfirst::facts {

namespace {

using Reach = UnknownCarrier::Reach;

// The value of one field in an NVMe controller's address, "traddr=10.9.0.1,trsvcid=4420".
std::string field_of(std::string_view address, std::string_view key) {
  for (const auto part : split(address, ','))
    if (const auto one = trimmed(part);
        one.starts_with(key) && one.size() > key.size() && one[key.size()] == '=')
      return std::string(one.substr(key.size() + 1));
  return {};
}

std::string in_sysfs(std::string_view link) {
  const auto at = link.find("devices/");
  return at == link.npos ? std::string() : fmt::format("sys/{}", link.substr(at));
}

}  // namespace

// drivers/scsi/scsi_transport_iscsi.c. `path`: of the disk, below the session of a host that is no
// PCI function (iscsi_tcp).
void Carriers::iscsi(std::string_view path, std::string_view host, std::string_view session) {
  std::vector<IpAddress> servers, own;
  std::string netdev;
  bool found = false;
  by_ = "iSCSI";
  const auto host_folder = in_sysfs(path.substr(0, path.find(host) + host.size()));
  for (const auto& folder :
       {fmt::format("sys/class/iscsi_host/{}", host),
        fmt::format("{}/iscsi_host/{}", host_folder, host)}) {
    // What nobody set is "<NULL>" or "default".
    const auto name = text_of(root_, folder + "/netdev");
    if (netdev.empty() && root_.link(kernel_paths::network_port(name))) netdev = name;
    if (const auto mac = MacAddress::parse(text_of(root_, folder + "/hwaddress"));
        mac && !mac->is_zero())
      found = with_mac(*mac) || found;
    if (const auto address = IpAddress::parse(text_of(root_, folder + "/ipaddress"));
        address && !address->is_zero())
      own.push_back(*address);
  }
  const auto id = session.substr(std::string_view("session").size());
  for (const auto& name : list("sys/class/iscsi_connection")) {
    if (!name.starts_with(fmt::format("connection{}:", id))) continue;
    const auto folder = fmt::format("sys/class/iscsi_connection/{}", name);
    for (const auto* file : {"/address", "/persistent_address"})
      if (const auto address = IpAddress::parse(text_of(root_, folder + file)))
        servers.push_back(*address);
    if (const auto address = IpAddress::parse(text_of(root_, folder + "/local_ipaddr"));
        address && !address->is_zero())
      own.push_back(*address);
  }
  // Before the session is bound to an interface, its record may be: "iface.ens1f0".
  if (netdev.empty()) {
    const auto name = text_of(root_, fmt::format("sys/class/iscsi_session/{}/ifacename", session));
    if (root_.link(kernel_paths::network_port(name))) netdev = name;
  }
  found = firmware_interfaces() || found;
  by_.clear();
  if (found && netdev.empty() && own.empty() && servers.empty()) return;
  const auto before = unknowns();
  server("iSCSI", servers, own, netdev);
  if (found) forgive(before);
}

void Carriers::nvme_subsystem(std::string_view subsystem) {
  bool any = false;
  for (const std::string_view parent :
       {"sys/class/nvme-subsystem", "sys/devices/virtual/nvme-subsystem"}) {
    if (any) break;
    for (const auto& entry : list(fmt::format("{}/{}", parent, subsystem))) {
      // "nvme0", a controller: not "nvme0n1" and not "nvme0c0n1".
      if (!entry.starts_with("nvme") || entry.size() == 4 ||
          entry.find_first_not_of("0123456789", 4) != entry.npos)
        continue;
      const auto folder = fmt::format("{}/{}/{}", parent, subsystem, entry);
      const auto target = root_.link(folder);
      if (!target) continue;
      any = true;
      if (!functions(*target)) nvme_controller(folder, *target);
    }
  }
  if (!any) unknown(Reach::any, fmt::format("the controllers of {} are not shown", subsystem));
}

// A controller over a fabric (drivers/nvme/host/fabrics.c): `folder` shows its address.
void Carriers::nvme_controller(const std::string& where, std::string_view path) {
  auto folder = where;
  // Of a disk's path: ".../nvme-fabrics/ctl/nvme0/nvme0n1".
  if (where.find('/') == where.npos) {
    const auto name = fmt::format("/{}/", where);
    const auto at = path.find(name);
    folder = in_sysfs(path.substr(0, at == path.npos ? path.size() : at + name.size() - 1));
  }
  if (!seen_.insert(folder).second) return;
  const auto transport = text_of(root_, folder + "/transport");
  const auto address = text_of(root_, folder + "/address");
  if (transport == "fc") {
    // "nn-0x...:pn-0x...": the port of ours is a host adapter of Fibre Channel.
    const auto own = field_of(address, "host_traddr");
    const auto port = own.find("pn-");
    bool found = false;
    for (const auto& host : list("sys/class/fc_host"))
      if (port != own.npos && text_of(root_, fmt::format("sys/class/fc_host/{}/port_name", host)) ==
                                  own.substr(port + 3))
        if (const auto target = root_.link(fmt::format("sys/class/fc_host/{}", host)))
          found = functions(*target) || found;
    if (!found) unknown(Reach::any, "NVMe over Fibre Channel: the host adapter is not shown");
    return;
  }
  if (transport == "loop" || address.empty())
    return unknown(
        Reach::any, fmt::format("NVMe over Fabrics: {} does not show its address", folder));
  std::vector<IpAddress> servers, own;
  if (const auto one = IpAddress::parse(field_of(address, "traddr"))) servers.push_back(*one);
  for (const auto* key : {"src_addr", "host_traddr"})
    if (const auto one = IpAddress::parse(field_of(address, key))) own.push_back(*one);
  server("NVMe over Fabrics", servers, own, field_of(address, "host_iface"));
}

// What the firmware booted over: the iBFT (drivers/firmware/iscsi_ibft.c), of which the kernel
// shows the network card's PCI function and address, and the NBFT of NVMe over TCP.
bool Carriers::firmware_interfaces() {
  bool found = false;
  for (const auto& entry : list("sys/firmware/ibft")) {
    if (!entry.starts_with("ethernet")) continue;
    const auto folder = fmt::format("sys/firmware/ibft/{}", entry);
    if (const auto device = root_.link_name(folder + "/device"))
      if (const auto address = PciAddress::parse(*device)) {
        function(*address);
        found = true;
      }
    if (const auto mac = MacAddress::parse(text_of(root_, folder + "/mac")))
      found = with_mac(*mac) || found;
  }
  if (words_.no_nbft) return found;
  for (const auto& hfi : read_nbft(root_)) {
    // What the table says need not be a function of this machine: it is checked.
    if (root_.exists(kernel_paths::pci_function(hfi.address))) {
      function(hfi.address);
      found = true;
    }
    found = with_mac(hfi.mac) || found;
  }
  return found;
}

}  // namespace vfirst::facts
