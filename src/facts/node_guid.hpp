// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The GUID of a PCI function's InfiniBand device.

#include "base/guid.hpp"
#include "base/pci_address.hpp"
#include "host/root.hpp"

#include <optional>

namespace vfirst {

// The PCI class of a port in InfiniBand mode, without its programming interface.
inline constexpr unsigned kInfinibandClass = 0x0207;

// Its node GUID, which the card's maker gave it and which nothing changes while it runs; nothing
// where the function has no InfiniBand device, or its driver has not made it yet.
// ABI/stable/sysfs-class-infiniband: infiniband/DEVICE/node_guid.
std::optional<Guid> node_guid(const Root& root, const PciAddress& function);

}  // namespace vfirst
