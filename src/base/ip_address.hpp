// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// An IPv4 or IPv6 address.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vfirst {

struct IpAddress {
  bool v6 = false;
  // In network order; IPv4 takes the first four.
  std::array<std::uint8_t, 16> bytes{};

  // Reads "10.9.0.1", "fd00::1", "[fd00::1]", "fe80::1%eth0"; the brackets and the zone are left
  // out. Nothing where the text is no address, a name for example.
  static std::optional<IpAddress> parse(std::string_view);
  // IPv6 without the short form "::".
  std::string str() const;
  unsigned bits() const { return v6 ? 128 : 32; }
  bool is_zero() const;
  // Whether the first `prefix` bits are those of `other`, which is of the same family.
  bool shares_prefix(const IpAddress& other, unsigned prefix) const;
  auto operator<=>(const IpAddress&) const = default;
};

// The address of "10.9.0.1:4420", "[fd00::1]:4420", "10.9.0.1", "fd00::1".
std::optional<IpAddress> parse_endpoint(std::string_view);

}  // namespace vfirst
