// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The PCI functions of a tree, through libpci, read only. What the kernel adds to a function
// (driver, node, netdevs) is in sysfs beside it and read from there.

#include "base/pci_address.hpp"
#include "host/root.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vfirst {

struct PciIdentity {
  // 24 bits
  std::uint32_t class_code = 0;
  std::uint16_t vendor = 0, device = 0, subsystem_vendor = 0, subsystem_device = 0;
};

struct LinkCapability {
  // MT/s a lane, lanes; 0: unknown
  unsigned speed_mts = 0, width = 0;
};

struct SriovCapability {
  unsigned total_vfs = 0, offset = 0, stride = 0;
  std::uint16_t vf_device = 0;
};

// of the configuration space; absent: the function has it not
struct PciCapabilities {
  // false: unprivileged, or a capture, with 64 bytes or none
  bool known = false;
  // beyond byte 255
  bool extended_known = false;
  std::optional<LinkCapability> link, link_capable;
  bool ari = false, acs = false;
  unsigned msix_vectors = 0;
  std::optional<SriovCapability> sriov;
};

class PciBus {
 public:
  // ENOENT where the tree shows no PCI bus. The root must outlive this.
  static Result<PciBus> open(const Root& root);
  PciBus(PciBus&&) noexcept;
  ~PciBus();

  // sorted
  const std::vector<PciAddress>& functions() const;
  // A function that went away since has neither identity nor capabilities. Subsystem IDs only where
  // asked for.
  std::optional<PciIdentity> identity(const PciAddress&, bool subsystem) const;
  PciCapabilities capabilities(const PciAddress&) const;
  // the physical slot's name, "" where firmware gives none
  std::string slot(const PciAddress&) const;
  // by the host's pci.ids, never by the network
  std::string name(const PciIdentity&) const;

 private:
  struct Access;
  explicit PciBus(std::unique_ptr<Access>);
  std::unique_ptr<Access> access_;
};

}  // namespace vfirst
