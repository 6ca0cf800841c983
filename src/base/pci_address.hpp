// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The address of a PCI function, in the spelling that sysfs uses: 0000:3b:00.1.

#include "base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace vfirst {

struct PciAddress {
  std::uint32_t domain = 0;
  std::uint8_t bus = 0, device = 0, function = 0;

  // Reads "0000:3b:00.1" or "3b:00.1" (domain 0).
  static Result<PciAddress> parse(std::string_view);
  // Read back, it gives the same address.
  std::string str() const;

  // The requester ID: bus, device and function in one number.
  std::uint16_t routing_id() const {
    return static_cast<std::uint16_t>(bus << 8 | device << 3 | function);
  }
  // VF `index` of this PF: First VF Offset and VF Stride of the SR-IOV capability
  // (PCIe 9.3.3.9, 9.3.3.10). A sum past the last device goes on in the next bus. Beyond bus 255
  // there is no such VF: refused.
  Result<PciAddress> vf(unsigned index, unsigned offset, unsigned stride) const;
  auto operator<=>(const PciAddress&) const = default;
};

}  // namespace vfirst
