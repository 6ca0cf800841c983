// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
// What a PF keeps for one of its VFs and the kernel sets by netlink (linux/if_link.h, IFLA_VF_*).

#include "base/guid.hpp"
#include "base/mac_address.hpp"

#include <optional>

namespace vfirst {

// In the kernel's order: IFLA_VF_LINK_STATE_AUTO, _ENABLE, _DISABLE.
enum class LinkState { automatic, enable, disable };
enum class VlanProtocol { dot1q, dot1ad };

// The one list of these attributes. `Field` says how one of them is kept: in the policy with the
// line that it came from, in a request or an answer as an optional value. A value of zero is the
// state of a new VF. Each has a row in policy/vf_keys.hpp and is sent and read in
// host/rtnetlink.cpp. A row that is missing does not compile; one that is not sent, or not read,
// fails a test.
template <template <class> class Field>
struct VfAttributesOf {
  Field<bool> trust{}, spoofcheck{};
  Field<unsigned> vlan{}, qos{};
  Field<VlanProtocol> vlan_protocol{};
  Field<LinkState> link_state{};
  Field<unsigned> min_rate_mbps{}, max_rate_mbps{};
  bool operator==(const VfAttributesOf&) const = default;
};
using VfAttributes = VfAttributesOf<std::optional>;

// In a request, what is absent is left as it is. In an answer, the driver does not tell it.
struct VfConfig : VfAttributes {
  unsigned index = 0;
  std::optional<MacAddress> mac;
  // Of an InfiniBand port's VF: its node GUID and its port GUID, which are one here. In an answer 0
  // where the two differ, or where none is set.
  std::optional<Guid> guid{};
  // nothing but the index
  bool empty() const { return !mac && !guid && VfAttributes(*this) == VfAttributes(); }
  bool operator==(const VfConfig&) const = default;
};

}  // namespace vfirst
