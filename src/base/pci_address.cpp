// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/pci_address.hpp"

#include "base/text.hpp"

namespace vfirst {

Result<PciAddress> PciAddress::parse(std::string_view text) {
  const auto bad = [&] { return refuse("'{}' is not a PCI address (0000:3b:00.1)", text); };
  auto parts = split(text, ':');
  if (parts.size() == 2) parts.insert(parts.begin(), "0000");
  if (parts.size() != 3) return bad();
  const auto dot = parts[2].find('.');
  if (dot == std::string_view::npos || parts[0].size() < 4 || parts[0].size() > 8 || parts[1].size() != 2 || dot != 2 ||
      parts[2].size() != 4)
    return bad();
  for (auto part : parts)
    if (part.find_first_of("xX") != std::string_view::npos) return bad();
  const auto domain = parse_number(parts[0], 16), bus = parse_number(parts[1], 16);
  const auto device = parse_number(parts[2].substr(0, 2), 16), function = parse_number(parts[2].substr(3), 16);
  if (!domain || !bus || !device || !function || *device > 0x1f || *function > 7) return bad();
  return PciAddress{static_cast<std::uint32_t>(*domain), static_cast<std::uint8_t>(*bus), static_cast<std::uint8_t>(*device),
                    static_cast<std::uint8_t>(*function)};
}

std::string PciAddress::str() const { return fmt::format("{:04x}:{:02x}:{:02x}.{:x}", domain, bus, device, function); }

Result<PciAddress> PciAddress::vf(unsigned index, unsigned offset, unsigned stride) const {
  const auto id = routing_id() + std::uint64_t{offset} + std::uint64_t{stride} * index;
  if (id > 0xffff) return refuse("{}: VF {} would lie beyond bus ff (offset {}, stride {})", str(), index, offset, stride);
  return PciAddress{domain, static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id >> 3 & 0x1f),
                    static_cast<std::uint8_t>(id & 7)};
}

}  // namespace vfirst
