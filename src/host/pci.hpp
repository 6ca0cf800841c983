// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The PCI functions of a tree, through libpci, read only. What the kernel knows of a function
// beside that (driver, node, network devices) is read from sysfs.

#include "base/pci_address.hpp"
#include "host/root.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vfirst {

struct PciIdentity {
  // 24 bits.
  std::uint32_t class_code = 0;
  std::uint16_t vendor = 0, device = 0, subsystem_vendor = 0, subsystem_device = 0;
};

struct LinkCapability {
  // MT/s of a lane, and the number of lanes; 0 where it is not known.
  unsigned speed_mts = 0, width = 0;
};

struct SriovCapability {
  unsigned total_vfs = 0, offset = 0, stride = 0;
  std::uint16_t vf_device = 0;
};

// What the configuration space says. What is absent the function does not have.
struct PciCapabilities {
  // False where only 64 bytes of it or none are shown: to an unprivileged user, or in a capture.
  bool known = false;
  // Whether what lies beyond byte 255 is shown.
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

  // Sorted.
  const std::vector<PciAddress>& functions() const;
  // A function that was unplugged meanwhile has neither identity nor capabilities. Subsystem IDs
  // are read only where they are asked for.
  std::optional<PciIdentity> identity(const PciAddress&, bool subsystem) const;
  PciCapabilities capabilities(const PciAddress&) const;
  // The physical slot's name; "" where firmware gives none.
  std::string slot(const PciAddress&) const;
  // From this host's pci.ids, never from the network.
  std::string name(const PciIdentity&) const;

 private:
  struct Access;
  explicit PciBus(std::unique_ptr<Access>);
  std::unique_ptr<Access> access_;
};

}  // namespace vfirst
