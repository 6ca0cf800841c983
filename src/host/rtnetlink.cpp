// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/rtnetlink.hpp"

#include "base/fields.hpp"
#include "host/ethtool_ioctl.hpp"
#include "host/netlink.hpp"

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace vfirst::rtnetlink {

namespace {

// RTM_GETLINK leaves VFs out unless it is asked for them. Their statistics would only make the
// answer longer.
constexpr std::uint32_t kWithVfs = RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS;
// The length of a nest has 16 bits. This many VFs with every attribute stay well below that.
constexpr std::size_t kVfsPerMessage = 128;

nlmsghdr* begin(std::span<char> buffer, std::uint16_t type, unsigned ifindex) {
  auto* message = mnl_nlmsg_put_header(buffer.data());
  message->nlmsg_type = type;
  auto* link = static_cast<ifinfomsg*>(mnl_nlmsg_put_extra_header(message, sizeof(ifinfomsg)));
  link->ifi_family = AF_UNSPEC;
  link->ifi_index = static_cast<int>(ifindex);
  return message;
}

template <class T>
void put(nlmsghdr* message, std::uint16_t type, const T& value) {
  mnl_attr_put(message, type, sizeof value, &value);
}

template <class T>
T take(const nlattr* attribute) {
  T value{};
  std::memcpy(
      &value, mnl_attr_get_payload(attribute),
      std::min<std::size_t>(sizeof value, mnl_attr_get_payload_len(attribute)));
  return value;
}

VlanProtocol protocol_of(std::uint16_t big_endian) {
  return ntohs(big_endian) == ETH_P_8021AD ? VlanProtocol::dot1ad : VlanProtocol::dot1q;
}

static_assert(static_cast<int>(LinkState::automatic) == IFLA_VF_LINK_STATE_AUTO);
static_assert(static_cast<int>(LinkState::enable) == IFLA_VF_LINK_STATE_ENABLE);
static_assert(static_cast<int>(LinkState::disable) == IFLA_VF_LINK_STATE_DISABLE);
static_assert(
    kFieldCount<VfAttributesOf> == 8, "read_vf() reads and put_vf() sends each VF attribute");

// A VF's two GUIDs as the kernel tells them; absent where it does not (before Linux 5.5, or not an
// InfiniBand port).
struct VfGuids {
  std::optional<std::uint64_t> node, port;
  std::optional<Guid> both() const {
    if (!node || !port) return std::nullopt;
    return Guid{*node == *port ? *node : 0};
  }
};

}  // namespace

VfConfig read_vf(const nlattr* info) {
  VfConfig vf;
  VfGuids guids;
  for_each_attribute(info, [&](const nlattr* attribute) {
    switch (mnl_attr_get_type(attribute)) {
      case IFLA_VF_MAC: {
        const auto value = take<ifla_vf_mac>(attribute);
        vf.index = value.vf;
        MacAddress mac;
        std::copy_n(value.mac, mac.bytes.size(), mac.bytes.begin());
        vf.mac = mac;
        break;
      }
      case IFLA_VF_VLAN: {
        const auto value = take<ifla_vf_vlan>(attribute);
        vf.vlan = value.vlan;
        vf.qos = value.qos;
        break;
      }
      case IFLA_VF_VLAN_LIST:
        for_each_attribute(attribute, [&](const nlattr* entry) {
          if (mnl_attr_get_type(entry) != IFLA_VF_VLAN_INFO) return;
          const auto value = take<ifla_vf_vlan_info>(entry);
          vf.vlan = value.vlan;
          vf.qos = value.qos;
          vf.vlan_protocol = protocol_of(value.vlan_proto);
        });
        break;
      case IFLA_VF_RATE: {
        const auto value = take<ifla_vf_rate>(attribute);
        vf.min_rate_mbps = value.min_tx_rate;
        vf.max_rate_mbps = value.max_tx_rate;
        break;
      }
      // Where a driver does not have the setting, the kernel's preset of all ones is left.
      case IFLA_VF_SPOOFCHK:
        if (const auto value = take<ifla_vf_spoofchk>(attribute); value.setting <= 1)
          vf.spoofcheck = value.setting == 1;
        break;
      case IFLA_VF_TRUST:
        if (const auto value = take<ifla_vf_trust>(attribute); value.setting <= 1)
          vf.trust = value.setting == 1;
        break;
      case IFLA_VF_LINK_STATE:
        switch (take<ifla_vf_link_state>(attribute).link_state) {
          case IFLA_VF_LINK_STATE_ENABLE: vf.link_state = LinkState::enable; break;
          case IFLA_VF_LINK_STATE_DISABLE: vf.link_state = LinkState::disable; break;
          default: vf.link_state = LinkState::automatic;
        }
        break;
      case IFLA_VF_IB_NODE_GUID: guids.node = take<ifla_vf_guid>(attribute).guid; break;
      case IFLA_VF_IB_PORT_GUID: guids.port = take<ifla_vf_guid>(attribute).guid; break;
      default: break;
    }
  });
  vf.guid = guids.both();
  return vf;
}

namespace {

void put_attributes(nlmsghdr* message, const VfConfig& vf) {
  auto* info = mnl_attr_nest_start(message, IFLA_VF_INFO);
  if (vf.mac) {
    ifla_vf_mac value{};
    value.vf = vf.index;
    std::copy(vf.mac->bytes.begin(), vf.mac->bytes.end(), value.mac);
    put(message, IFLA_VF_MAC, value);
  }
  if (vf.vlan && vf.vlan_protocol != VlanProtocol::dot1ad) {
    put(message, IFLA_VF_VLAN, ifla_vf_vlan{vf.index, *vf.vlan, vf.qos.value_or(0)});
  } else if (vf.vlan) {
    auto* list = mnl_attr_nest_start(message, IFLA_VF_VLAN_LIST);
    put(message, IFLA_VF_VLAN_INFO,
        ifla_vf_vlan_info{vf.index, *vf.vlan, vf.qos.value_or(0), htons(ETH_P_8021AD)});
    mnl_attr_nest_end(message, list);
  }
  if (vf.trust) put(message, IFLA_VF_TRUST, ifla_vf_trust{vf.index, *vf.trust ? 1U : 0U});
  if (vf.spoofcheck)
    put(message, IFLA_VF_SPOOFCHK, ifla_vf_spoofchk{vf.index, *vf.spoofcheck ? 1U : 0U});
  if (vf.link_state)
    put(message, IFLA_VF_LINK_STATE,
        ifla_vf_link_state{vf.index, static_cast<std::uint32_t>(*vf.link_state)});
  if (vf.min_rate_mbps || vf.max_rate_mbps)
    put(message, IFLA_VF_RATE,
        ifla_vf_rate{vf.index, vf.min_rate_mbps.value_or(0), vf.max_rate_mbps.value_or(0)});
  mnl_attr_nest_end(message, info);
}

}  // namespace

void put_vf(nlmsghdr* message, const VfConfig& vf) {
  auto rest = vf;
  rest.guid.reset();
  // An empty nest is EINVAL.
  if (!rest.empty()) put_attributes(message, rest);
  if (!vf.guid) return;
  // The kernel takes one GUID of a nest and nothing after it (net/core/rtnetlink.c,
  // do_setvfinfo() returns handle_vf_guid()), so each has a nest of its own.
  for (const std::uint16_t which : {IFLA_VF_IB_NODE_GUID, IFLA_VF_IB_PORT_GUID}) {
    auto* nest = mnl_attr_nest_start(message, IFLA_VF_INFO);
    ifla_vf_guid value{};
    value.vf = vf.index;
    value.guid = vf.guid->value;
    put(message, which, value);
    mnl_attr_nest_end(message, nest);
  }
}

namespace {

Status get_link(
    unsigned ifindex, std::uint32_t filter, const std::function<void(const nlattr*)>& attribute) {
  auto socket = VFIRST_TRY(Netlink::open(NETLINK_ROUTE));
  std::array<char, 256> buffer{};
  auto* message = begin(buffer, RTM_GETLINK, ifindex);
  if (filter) put(message, IFLA_EXT_MASK, filter);
  return socket.ask(message, [&](const nlmsghdr* part) {
    if (part->nlmsg_type == RTM_NEWLINK) for_each_attribute(part, sizeof(ifinfomsg), attribute);
  });
}

}  // namespace

// Kernels before 5.6 have no IFLA_PERM_ADDRESS; ethtool tells it on all of them. The address in use
// is never taken for it: a bond gives its own address to all of its ports.
Result<MacAddress> permanent_mac(unsigned ifindex) {
  std::optional<MacAddress> permanent;
  VFIRST_CHECK(get_link(ifindex, RTEXT_FILTER_SKIP_STATS, [&](const nlattr* attribute) {
    if (mnl_attr_get_type(attribute) == IFLA_PERM_ADDRESS &&
        mnl_attr_get_payload_len(attribute) == 6)
      permanent = MacAddress{take<std::array<std::uint8_t, 6>>(attribute)};
  }));
  if (permanent && !permanent->is_zero()) return *permanent;
  return ethtool_ioctl::permanent_mac(ifindex);
}

Result<std::map<std::string, MacAddress>> permanent_macs() {
  struct Link {
    std::string name;
    std::optional<MacAddress> permanent;
    unsigned ifindex = 0;
  };
  std::vector<Link> links;
  auto socket = VFIRST_TRY(Netlink::open(NETLINK_ROUTE));
  std::array<char, 256> buffer{};
  auto* message = begin(buffer, RTM_GETLINK, 0);
  message->nlmsg_flags = NLM_F_DUMP;
  put(message, IFLA_EXT_MASK, std::uint32_t{RTEXT_FILTER_SKIP_STATS});
  VFIRST_CHECK(socket.ask(message, [&](const nlmsghdr* part) {
    if (part->nlmsg_type != RTM_NEWLINK) return;
    const auto* head = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(part));
    Link link{{}, {}, static_cast<unsigned>(head->ifi_index)};
    for_each_attribute(part, sizeof(ifinfomsg), [&](const nlattr* attribute) {
      if (mnl_attr_get_type(attribute) == IFLA_IFNAME) link.name = mnl_attr_get_str(attribute);
      if (mnl_attr_get_type(attribute) == IFLA_PERM_ADDRESS &&
          mnl_attr_get_payload_len(attribute) == 6)
        link.permanent = MacAddress{take<std::array<std::uint8_t, 6>>(attribute)};
    });
    links.push_back(std::move(link));
  }));
  // No interface has one: the kernel is older than 5.6.
  const bool asks = std::ranges::none_of(links, [](const Link& link) { return !!link.permanent; });
  std::map<std::string, MacAddress> out;
  for (auto& link : links) {
    if (asks)
      if (const auto permanent = ethtool_ioctl::permanent_mac(link.ifindex))
        link.permanent = *permanent;
    if (link.permanent && !link.permanent->is_zero()) out.emplace(link.name, *link.permanent);
  }
  return out;
}

Status set_up(unsigned ifindex) {
  auto socket = VFIRST_TRY(Netlink::open(NETLINK_ROUTE));
  std::array<char, 256> buffer{};
  auto* message = begin(buffer, RTM_SETLINK, ifindex);
  auto* link = static_cast<ifinfomsg*>(mnl_nlmsg_get_payload(message));
  link->ifi_flags = link->ifi_change = IFF_UP;
  return socket.ask(message);
}

Result<std::vector<VfConfig>> vfs(unsigned ifindex) {
  std::vector<VfConfig> out;
  VFIRST_CHECK(get_link(ifindex, kWithVfs, [&](const nlattr* attribute) {
    if (mnl_attr_get_type(attribute) != IFLA_VFINFO_LIST) return;
    for_each_attribute(attribute, [&](const nlattr* info) {
      if (mnl_attr_get_type(info) == IFLA_VF_INFO) out.push_back(read_vf(info));
    });
  }));
  return out;
}

Status set_vfs(unsigned ifindex, const std::vector<VfConfig>& vfs) {
  auto socket = VFIRST_TRY(Netlink::open(NETLINK_ROUTE));
  for (std::size_t first = 0; first < vfs.size(); first += kVfsPerMessage) {
    std::vector<char> buffer(kNetlinkBuffer);
    auto* message = begin(buffer, RTM_SETLINK, ifindex);
    auto* list = mnl_attr_nest_start(message, IFLA_VFINFO_LIST);
    for (auto i = first; i < std::min(first + kVfsPerMessage, vfs.size()); ++i)
      if (!vfs[i].empty()) put_vf(message, vfs[i]);
    mnl_attr_nest_end(message, list);
    VFIRST_CHECK(socket.ask(message));
  }
  return {};
}

}  // namespace vfirst::rtnetlink
