// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// From what the host needs (a mount, a block device, an interface, a server) down to the PCI
// functions that carry it, through whatever is stacked between: device mapper, md, multipath, loop
// devices, overlays, bonds, bridges, VLANs, iSCSI, NVMe over Fabrics, NFS.

#include "facts/boot_words.hpp"
#include "facts/facts.hpp"
#include "facts/filesystem_signs.hpp"
#include "facts/mounts.hpp"
#include "facts/port_mac.hpp"
#include "facts/routes.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace vfirst::facts {

// Each method follows one thing down for a role, and adds the functions that it finds. Where the
// tree does not show the way, that is an unknown carrier.
class Carriers {
 public:
  Carriers(const Root& root, const std::vector<Mount>& mounts, const BootWords& words);

  // What follows is for this role. Devices that were met for another one count again.
  void begin_role(std::string role);
  // By the kernel's name, "sda1".
  void block(const std::string& name);
  // Whether a device was found below that is no virtual one.
  bool interface(const std::string& name);
  void mount(const Mount& mount);
  // The members of a ZFS pool; "" for all pools.
  void zfs_pool(std::string_view pool);
  // All devices whose filesystem has this tag ("UUID", "LABEL", ...): of btrfs and bcachefs there
  // may be several. False where none has it.
  bool tagged(std::string_view tag, std::string_view value);
  // What root= and the words beside it say, before root is mounted.
  void root_by_words();
  // The interfaces that the command line and the firmware name for the network that root needs.
  void boot_network(std::string_view what);
  void function(const PciAddress& address, bool perhaps = false);
  void unknown(UnknownCarrier::Reach reach, std::string what);

  const PortMacs& macs() const { return macs_; }
  Routes& routes() { return routes_; }
  // How many functions and unknown carriers there are so far.
  std::size_t found() const { return found_.size(); }
  std::size_t unknowns() const { return unknown_.size(); }
  // Forgets the unknown carriers from number `first` on.
  void forgive(std::size_t first) { unknown_.resize(first); }

  // The functions that were found from number `first` on, without doubles.
  std::vector<CriticalDevice> take_from(std::size_t first);
  std::vector<UnknownCarrier> take_unknown() { return std::move(unknown_); }
  std::vector<std::string> take_gaps() { return std::move(gaps_); }

 private:
  std::vector<std::string> list(const std::string& path) const;

  // The PCI functions on a device path; false where there is none.
  bool functions(std::string_view path);
  const std::vector<FilesystemSign>& signs();
  bool divided(const std::string& block) const;
  // carriers_block.cpp
  void virtual_disk(const std::string& name, std::string_view path, bool any_below);
  void loop_device(const std::string& name);
  // carriers_mount.cpp
  void overlay(const Mount& mount);
  void network_mount(const Mount& mount);
  void virtio_mount(std::string_view driver, const Mount& mount);
  void path(std::string_view path, const std::string& for_what);
  // carriers_network.cpp
  bool below(const std::string& interface_name);
  bool lower(const std::string& name);
  bool toward(const IpAddress& server);
  bool from(const IpAddress& own);
  bool with_mac(const MacAddress& mac);
  void server(
      std::string_view what, const std::vector<IpAddress>& servers,
      const std::vector<IpAddress>& own, const std::string& interface_name);
  // carriers_fabric.cpp
  void iscsi(std::string_view path, std::string_view host, std::string_view session);
  void nvme_subsystem(std::string_view subsystem);
  void nvme_controller(const std::string& folder, std::string_view path);
  bool firmware_interfaces();

  const Root& root_;
  const std::vector<Mount>& mounts_;
  const BootWords& words_;
  PortMacs macs_;
  Routes routes_;
  std::string role_;
  // How the role's devices are reached, "NFS": for the reader.
  std::string by_;
  // The functions that are found now are only candidates.
  bool perhaps_ = false;
  // Mounts, block devices and controllers; interfaces with what interface() answered.
  std::set<std::string> seen_;
  std::map<std::string, bool> interfaces_;
  std::optional<std::vector<FilesystemSign>> signs_;
  std::vector<CriticalDevice> found_;
  std::vector<UnknownCarrier> unknown_;
  std::vector<std::string> gaps_;
};

}  // namespace vfirst::facts
