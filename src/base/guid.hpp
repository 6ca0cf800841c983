// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// The GUID of an InfiniBand node or port, which is an EUI-64.

#include "base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace vfirst {

struct Guid {
  // The first byte of the text is the highest. The kernel takes it in this order, too
  // (struct ifla_vf_guid). 0: none is set.
  std::uint64_t value = 0;

  // Reads "5c:25:73:03:00:bf:a3:20", as ip link(8) does, in either case.
  static Result<Guid> parse(std::string_view);
  // Reads "5c25:7303:00bf:a320", as files of class/infiniband have it.
  static Result<Guid> parse_words(std::string_view);
  // Lower case, eight bytes with colons.
  std::string str() const;

  bool is_zero() const { return value == 0; }
  // Whether it is locally administered: the bit of an EUI-64 that an Ethernet address has as well.
  bool is_local() const { return (value >> 56 & 2) != 0; }
  bool is_group() const { return (value >> 56 & 1) != 0; }
  // The GUID `n` further on, as a range of VFs counts from its first one. Refused where the last
  // five bytes would overflow, which are the maker's own.
  Result<Guid> plus(unsigned n) const;
  // What `vf-guid = stable` gives VF `index` of the PF with this node GUID. It names one device and
  // is locally administered. It depends on these two alone, so it is the same on every boot and
  // whenever the VF is made anew.
  Guid stable_vf(unsigned index) const;
  auto operator<=>(const Guid&) const = default;
};

}  // namespace vfirst
