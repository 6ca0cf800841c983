// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// An Ethernet address.

#include "base/result.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace vfirst {

struct MacAddress {
  std::array<std::uint8_t, 6> bytes{};

  // Reads "52:54:00:12:34:56", in either case.
  static Result<MacAddress> parse(std::string_view);
  // Lower case, with colons.
  std::string str() const;

  bool is_zero() const;
  bool is_unicast() const { return (bytes[0] & 1) == 0; }
  // Whether it is locally administered.
  bool is_local() const { return (bytes[0] & 2) != 0; }
  // The address `n` further on, as a range of VFs counts from its first one. Refused where the last
  // three bytes would overflow.
  Result<MacAddress> plus(unsigned n) const;
  // What `vf-mac = stable` gives VF `index` of the PF with this permanent address. It is unicast
  // and locally administered. It depends on these two alone, so it is the same on every boot and
  // whenever the VF is made anew.
  MacAddress stable_vf(unsigned index) const;
  auto operator<=>(const MacAddress&) const = default;
};

}  // namespace vfirst
