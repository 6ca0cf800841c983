// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/pci_address.hpp"

#include <optional>

namespace vfirst {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

// at most eight digits
std::optional<std::uint32_t> hex(std::string_view text) {
  std::uint32_t out = 0;
  for (const char c : text) {
    const auto digit = c >= '0' && c <= '9'   ? c - '0'
                       : c >= 'a' && c <= 'f' ? c - 'a' + 10
                       : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                              : -1;
    if (digit < 0) return std::nullopt;
    out = out << 4 | static_cast<std::uint32_t>(digit);
  }
  return out;
}

}  // namespace

Result<PciAddress> PciAddress::parse(std::string_view text) {
  const auto bad = [&] { return refuse("'{}' is not a PCI address (0000:3b:00.1)", text); };
  if (text.size() < 7) return bad();
  // "3b:00.1"
  const auto rest = text.substr(text.size() - 7);
  // "0000:" or nothing
  auto first = text.substr(0, text.size() - 7);
  if (first.empty()) first = "0000:";
  if (rest[2] != ':' || rest[5] != '.' || first.back() != ':' || first.size() < 5 ||
      first.size() > 9)
    return bad();
  first.remove_suffix(1);
  const auto domain = hex(first), bus = hex(rest.substr(0, 2)), device = hex(rest.substr(3, 2)),
             function = hex(rest.substr(6));
  if (!domain || !bus || !device || !function || *device > 0x1f || *function > 7) return bad();
  return PciAddress{
      *domain, static_cast<std::uint8_t>(*bus), static_cast<std::uint8_t>(*device),
      static_cast<std::uint8_t>(*function)};
}

std::string PciAddress::str() const {
  std::string out;
  const auto put = [&](std::uint32_t value, unsigned digits) {
    while (digits-- > 0)
      out += kDigits[value >> 4 * digits & 0xf];
  };
  // The domains of Intel VMD have five digits.
  unsigned digits = 4;
  while (digits < 8 && domain >> 4 * digits)
    ++digits;
  put(domain, digits);
  out += ':';
  put(bus, 2);
  out += ':';
  put(device, 2);
  out += '.';
  put(function, 1);
  return out;
}

Result<PciAddress> PciAddress::vf(unsigned index, unsigned offset, unsigned stride) const {
  const auto id = routing_id() + std::uint64_t{offset} + std::uint64_t{stride} * index;
  if (id > 0xffff)
    return refuse(
        "{}: VF {} would lie beyond bus ff (offset {}, stride {})", str(), index, offset, stride);
  return PciAddress{
      domain, static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id >> 3 & 0x1f),
      static_cast<std::uint8_t>(id & 7)};
}

}  // namespace vfirst
