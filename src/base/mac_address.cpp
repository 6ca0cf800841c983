// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/mac_address.hpp"

#include "base/fnv.hpp"
#include "base/text.hpp"

namespace vfirst {

Result<MacAddress> MacAddress::parse(std::string_view text) {
  const auto parts = split(text, ':');
  MacAddress mac;
  if (parts.size() != 6) return refuse("'{}' is not a MAC address", text);
  for (std::size_t i = 0; i < 6; ++i) {
    const auto byte = parse_number(parts[i], 16);
    if (parts[i].size() != 2 || !byte) return refuse("'{}' is not a MAC address", text);
    mac.bytes[i] = static_cast<std::uint8_t>(*byte);
  }
  return mac;
}

std::string MacAddress::str() const {
  return fmt::format(
      "{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", bytes[0], bytes[1], bytes[2], bytes[3], bytes[4],
      bytes[5]);
}

bool MacAddress::is_zero() const {
  return *this == MacAddress{};
}

Result<MacAddress> MacAddress::plus(unsigned n) const {
  const auto tail = (std::uint64_t{bytes[3]} << 16 | std::uint64_t{bytes[4]} << 8 | bytes[5]) + n;
  if (tail > 0xffffff) return refuse("{} + {} runs over the last three bytes", str(), n);
  auto mac = *this;
  mac.bytes[3] = static_cast<std::uint8_t>(tail >> 16);
  mac.bytes[4] = static_cast<std::uint8_t>(tail >> 8);
  mac.bytes[5] = static_cast<std::uint8_t>(tail);
  return mac;
}

MacAddress MacAddress::stable_vf(unsigned index) const {
  // A hash of the PF's address and the index. 46 bits of it are kept; the other two are flags of
  // the address.
  auto hash = kFnvStart;
  const auto mix = [&](std::uint8_t byte) { hash = fnv_mix(hash, byte); };
  for (auto byte : bytes)
    mix(byte);
  mix(static_cast<std::uint8_t>(index >> 8));
  mix(static_cast<std::uint8_t>(index));
  // Spreads the last byte over the bits that are kept.
  hash ^= hash >> 29;
  hash *= 0xbf58476d1ce4e5b9u;
  hash ^= hash >> 32;
  MacAddress mac;
  for (std::size_t i = 0; i < 6; ++i)
    mac.bytes[i] = static_cast<std::uint8_t>(hash >> (8 * i));
  mac.bytes[0] = static_cast<std::uint8_t>((mac.bytes[0] & ~1u) | 2u);
  return mac;
}

}  // namespace vfirst
