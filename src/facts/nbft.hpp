// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The NBFT, an ACPI table in which the firmware says over which interfaces it booted by NVMe over
// TCP (NVM Express Boot Specification 1.0, 1.5).

#include "base/mac_address.hpp"
#include "base/pci_address.hpp"
#include "host/root.hpp"

#include <string_view>
#include <vector>

namespace vfirst::facts {

struct BootInterface {
  PciAddress address;
  MacAddress mac;
  bool operator==(const BootInterface&) const = default;
};

// Of one table; what does not lie inside it is left out.
std::vector<BootInterface> parse_nbft(std::string_view table);
// Of all tables, "NBFT", "NBFT1", ... Only root may read them.
std::vector<BootInterface> read_nbft(const Root& root);

}  // namespace vfirst::facts
